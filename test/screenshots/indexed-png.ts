import { crc32, deflateSync } from 'node:zlib';

/** Most colours of an indexed PNG. */
const MOST_COLORS = 256;

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(body.length + 8);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), body.length + 4);
  return frame;
}

/** How far two colours, each 0xRRGGBB, lie apart. */
function distance(one: number, other: number): number {
  const red = (one >> 16) - (other >> 16);
  const green = ((one >> 8) & 0xff) - ((other >> 8) & 0xff);
  const blue = (one & 0xff) - (other & 0xff);
  return red * red + green * green + blue * blue;
}

/**
 * An indexed PNG: a third of the size of what a browser writes, as a screen has few colours. The rarest, on the edges of
 * letters, become the nearest of the 256 that are most frequent.
 * @param pixels four bytes each, red, green, blue and an opacity that is ignored
 */
export function indexedPng(pixels: Buffer, width: number, height: number): Buffer {
  const counts = new Map<number, number>();
  const colorAt = (pixel: number): number => pixels.readUInt32BE(4 * pixel) >>> 8;
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const color = colorAt(pixel);
    counts.set(color, (counts.get(color) ?? 0) + 1);
  }
  const palette = [...counts]
    .sort((one, other) => other[1] - one[1])
    .slice(0, MOST_COLORS)
    .map(([color]) => color);
  const indexes = new Map(palette.map((color, index) => [color, index]));
  const nearest = (color: number): number => {
    let best = 0;
    palette.forEach((one, index) => {
      if (distance(one, color) < distance(palette[best] ?? 0, color)) best = index;
    });
    indexes.set(color, best);
    return best;
  };
  // Each row begins with its filter: none, as neighbouring indexes say nothing of each other.
  const rows = Buffer.alloc((width + 1) * height);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const color = colorAt(pixel);
    rows[pixel + Math.floor(pixel / width) + 1] = indexes.get(color) ?? nearest(color);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap((color) => [color >> 16, (color >> 8) & 0xff, color & 0xff]))),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
