import { LiveNews } from '../../../../services/sandbox/server/live-news';

it('a page that begins to watch the sandbox is sent something at once, for Firefox takes a stream without a byte for no answer', () => {
  const news = new LiveNews();
  const sent: string[] = [];
  news.watch({ send: (text) => void sent.push(text), buffered: 0, end: () => undefined });
  expect(sent).toEqual(['event: heartbeat\ndata: {}\n\n']);
  news.close();
});
