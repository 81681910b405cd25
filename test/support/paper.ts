import { PDFiumLibrary } from '@hyzyla/pdfium';

/** What stands on the pages of a PDF, read by PDFium, which is what Chromium reads them with. */

export interface PaperPage {
  readonly text: string;
  readonly width: number;
  readonly height: number;
  /** Four bytes each: red, green, blue, opacity. */
  readonly pixels: Buffer;
}

/** @param scale pixels a point; a page of A4 is 595 points wide */
export async function pagesOf(pdf: Buffer, scale: number): Promise<readonly PaperPage[]> {
  const library = await PDFiumLibrary.init();
  try {
    const document = await library.loadDocument(pdf);
    const pages: PaperPage[] = [];
    for (const page of document.pages()) {
      // Once a page is drawn, its text is gone.
      const text = page.getText();
      const { width, height, data } = await page.render({ scale, render: 'bitmap' });
      pages.push({ text, width, height, pixels: Buffer.from(data) });
    }
    document.destroy();
    return pages;
  } finally {
    library.destroy();
  }
}

/** How dark a pixel is at least that something is drawn in, of 255. */
const DRAWN = 200;

/**
 * @param foot how much of its height at the bottom of a page is not looked at, as numbers of pages stand there
 * @returns how far down a page something is drawn: 0 for an empty page, 1 for one that is full
 */
export function filledTo({ width, height, pixels }: PaperPage, foot: number): number {
  const rowBytes = width * 4;
  for (let row = Math.floor(height * (1 - foot)) - 1; row >= 0; row -= 1) {
    const bytes = pixels.subarray(row * rowBytes, (row + 1) * rowBytes);
    for (let at = 0; at < bytes.length; at += 4) if ((bytes[at] ?? 255) < DRAWN) return (row + 1) / height;
  }
  return 0;
}
