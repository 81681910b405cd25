import { nodeReleaseNotice } from '../../../services/server/node-release';
import { discard, startService } from '../../support/running-service';

interface LogLine {
  readonly level: number;
  readonly node?: string;
  readonly end_of_life?: string;
  readonly msg: string;
}

it('a start logs exactly one warning on a Node.js without fixes, and none on one that gets them', async () => {
  const notice = nodeReleaseNotice(process.version, Date.now());
  const service = await startService();
  try {
    const lines = service.output().trim().split('\n');
    const warnings = lines
      .map((line) => JSON.parse(line) as LogLine)
      .filter(({ end_of_life }) => end_of_life !== undefined)
      .map(({ level, node, end_of_life, msg }) => ({ level, node, endOfLife: end_of_life, message: msg }));
    expect(warnings).toEqual(notice === null ? [] : [{ level: 40, ...notice }]);
  } finally {
    await discard(service);
  }
});
