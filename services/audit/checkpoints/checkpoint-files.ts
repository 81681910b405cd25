import type { Config } from '../../config/config';
import type { DataDirectory } from '../../event-store/data-directory';
import { EMBEDDED, storeName } from '../../event-store/open';
import type { CheckpointFiles } from './checkpoint-signer';

/** @returns where the checkpoints of the configured store are kept. */
export function checkpointsOf(
  { eventStoreUrl, checkpointKeyFile }: Pick<Config, 'eventStoreUrl' | 'checkpointKeyFile'>,
  directory: Pick<DataDirectory, 'checkpointsFile' | 'checkpointKeyFile' | 'treeFile'>,
): CheckpointFiles {
  return {
    store: eventStoreUrl === null ? EMBEDDED : storeName(eventStoreUrl),
    file: directory.checkpointsFile,
    keyFile: checkpointKeyFile ?? directory.checkpointKeyFile,
    treeFile: directory.treeFile,
  };
}
