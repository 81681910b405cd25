/**
 * Takes away what a page says to a browser that cannot run it. To be called at the end of the page's script: it gets there
 * only where the browser knows modules, and all that the script is written in.
 */
export function started(): void {
  document.querySelector('.not-started')?.remove();
}
