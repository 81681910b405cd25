import type { Config } from '../config/config';
import type { DataFiles } from '../event-store/data-directory';
import { readModelVersion } from '../read-model/read-model-version';
import type { Progress } from '../read-model/projector';
import { type RunningProjector, startProjector } from '../read-model/start-projector';
import { CommandError } from '../terminal/command-error';

/** Starts the projector that the service runs, and waits until the read model has seen the whole log. */
export async function startAndCatchUp(
  { eventStoreUrl }: Config,
  files: DataFiles,
  onProgress: (progress: Progress) => void,
): Promise<RunningProjector> {
  let projector: RunningProjector | null = null;
  try {
    return await new Promise<RunningProjector>((resolve, reject) => {
      const started = startProjector(
        {
          log: { url: eventStoreUrl, logFile: files.logFile },
          file: files.readModelFile,
          version: readModelVersion(eventStoreUrl),
        },
        (news) => {
          if (news.kind === 'failed') reject(new CommandError(news.message));
          if (news.kind !== 'progress') return;
          onProgress(news.progress);
          if (news.progress.caughtUp) resolve(started);
        },
      );
      projector = started;
    });
  } catch (error) {
    await (projector as RunningProjector | null)?.stop();
    throw error;
  }
}
