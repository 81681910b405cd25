import type { Browser } from 'playwright-core';

/**
 * Stops the processes in which pages run, as a sleeping machine or a discarding browser does: no timer, no reading.
 * @returns what lets them go on
 */
export async function stopRenderers(browser: Browser): Promise<() => void> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(({ type }) => type === 'renderer');
  expect(renderers.length).toBeGreaterThan(0);
  for (const { id } of renderers) process.kill(id, 'SIGSTOP');
  return () => {
    for (const { id } of renderers) process.kill(id, 'SIGCONT');
  };
}
