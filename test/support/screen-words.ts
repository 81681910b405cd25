import type { Page } from 'playwright-core';

/** What a page says, read in the page itself, through shadow roots. */

const ALL = `const all = (root) => [...root.querySelectorAll('*')].flatMap(
  (one) => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])]);
  const textsOf = (one) => [...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim())
    .filter((text) => text !== '');`;

/** Attributes whose text people read or hear. */
const SPOKEN = ['alt', 'aria-description', 'aria-label', 'placeholder', 'title'];

/**
 * All texts on the page, for the eye or the ear; without names of languages, which name themselves, what machines are called
 * and take, names of others to pick from, and words of the service, which are marked as English.
 */
export const words = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    ${ALL}
    const read = all(document).filter((one) => !one.matches('script, style, noscript, option[lang], head *, code, code *, pre *, datalist *, bdi[lang]'));
    return [document.title, ...read.flatMap((one) =>
      [...textsOf(one), ...${JSON.stringify(SPOKEN)}.map((name) => one.getAttribute(name) ?? '')])].filter((text) => text !== '');
  })()`);

/**
 * Elements whose own text, in brackets, is cut off, or lies beside what is seen of the page; tables may, which scroll. A row of what is on the way is
 * one line by design: its column says the rest, and the card has all of it.
 */
export const cutOff = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    ${ALL}
    const modal = all(document).filter((one) => one.matches('dialog:modal')).at(-1);
    return all(modal ?? document)
      .filter((one) => textsOf(one).some((text) => text.includes('⟦')) && one.checkVisibility({ visibilityProperty: true }))
      .filter((one) => one.closest('.unseen, .skip, option, .scroll') === null)
      .filter((one) => one.getRootNode().host?.matches('[shape="row"][data-stage="on_the_way"]') !== true)
      .filter((one) => {
        const style = getComputedStyle(one);
        const isInline = style.display === 'inline';
        const isCut = !isInline && style.overflowX !== 'visible' && one.scrollWidth > one.clientWidth + 1;
        const { left, right } = one.getBoundingClientRect();
        return isCut || left < -1 || right > innerWidth + 1;
      })
      .map((one) => one.localName + '.' + one.className + ': ' + one.textContent.trim().slice(0, 80));
  })()`);
