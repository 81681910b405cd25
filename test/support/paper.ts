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
