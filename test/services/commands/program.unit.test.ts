import type { Command } from 'commander';
import { createProgram } from '../../../services/commands/program';

const namesOf = (program: Command): string[] => program.commands.map((command) => command.name());

describe('the program', () => {
  it('the program has, for the name of each of its commands and for its help, that command alone and all of it', async () => {
    const all = (await createProgram()).commands;
    expect(all.length).toBeGreaterThan(10);
    for (const command of all) {
      for (const args of [
        [command.name(), 'x', '--y'],
        [command.name(), '--help'],
        ['help', command.name()],
      ]) {
        const [one, ...others] = (await createProgram(args)).commands;
        expect(others).toEqual([]);
        expect(one?.helpInformation()).toBe(command.helpInformation());
      }
    }
  });

  it.each([
    [[]],
    [['--help']],
    [['-h']],
    [['help']],
    [['--version']],
    [['verfy']],
    [['help', 'verfy']],
    [['--help', 'verify']],
  ])('the program has all of its commands for the arguments %j, which name none', async (args) => {
    expect(namesOf(await createProgram(args))).toEqual(namesOf(await createProgram()));
  });
});
