/** @returns whether somebody on the page is typing, or has a dialog open: a card would take the keys from them */
export function isTyping(): boolean {
  if (document.querySelector('dialog[open]') !== null) return true;
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active instanceof HTMLElement && (active.isContentEditable || active.matches('input, textarea, select'));
}
