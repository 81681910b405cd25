import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { readerName } from '../../schemas/files/reader-name';
import { ReaderLocations, ReaderName, ReaderRole, type Role, ROLES } from '../../schemas/files/readers';
import { addReader, listReaders, removeReader } from '../access/readers/manage-readers';
import { readersFile } from '../config/config';
import { argument } from '../terminal/argument';
import { CommandError } from '../terminal/command-error';
import { hint, say } from '../terminal/output';

interface FileOption {
  readonly file?: string;
}

interface AddOptions extends FileOption {
  readonly role: Role;
  readonly location?: string[];
  readonly allLocations?: boolean;
  readonly acts?: boolean;
}

/** The token is all that goes to standard output, for scripts; what else there is to say goes beside it. */
function add(name: ReaderName, { role, location, allLocations = false, acts = false, file }: AddOptions): void {
  if (allLocations === (location !== undefined)) throw new CommandError('Give --location <id...> or --all-locations.');
  const configured = readersFile();
  const path = file === undefined ? configured.path : resolve(file);
  const locations = ReaderLocations.safeParse(allLocations ? '*' : location);
  if (!locations.success) throw new CommandError('A location is an id: 1 to 200 characters, no control characters.');
  const token = addReader(
    { path, mayBeNew: true },
    { name, role, locations: locations.data, ...(acts ? { acts } : {}) },
  );
  hint(`Added ${name} to ${path}. The token is shown only now:`);
  say(token);
  if (!configured.configured || path !== configured.path)
    hint(`Set READERS_FILE=${path}, so that the service reads it.`);
}

function list({ file }: FileOption): void {
  for (const line of listReaders(file ?? readersFile().path)) say(line);
}

function remove(name: string, { file }: FileOption): void {
  const path = file ?? readersFile().path;
  const left = removeReader({ path, mayBeNew: true }, readerName(name));
  hint(`Removed ${name} from ${path}.`);
  if (left === 0) hint('No reader is left: nobody can read, and the service does not start until there is one.');
}

/** Adds `ticket-rail reader`, which manages who may read. */
export function addReaderCommand(program: Command): Command {
  const reader = program
    .command('reader')
    .description('manage who may read, in the file of READERS_FILE; a running service follows it within seconds');
  const file = new Option('--file <path>', 'the file (default: READERS_FILE, or readers.json in DATA_DIR)');
  reader
    .command('add')
    .description('add a reader, and show its token once')
    .argument('<name>', 'name of the screen, person or program', argument(ReaderName))
    .requiredOption('--role <role>', ROLES.join(', '), argument(ReaderRole))
    .option('--location <id...>', 'locations that it may see')
    .option('--all-locations', 'all locations, also future ones')
    .option('--acts', 'may record what was done with orders, such as handing them over')
    .addOption(file)
    .action(add);
  reader
    .command('list')
    .description('list the name, role and locations of each reader, and whether it acts')
    .addOption(file)
    .action(list);
  reader
    .command('remove')
    .description('remove a reader; its open streams end within seconds')
    .argument('<name>')
    .addOption(file)
    .action(remove);
  return reader;
}
