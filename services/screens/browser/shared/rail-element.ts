import { type CSSResult, type CSSResultOrNative, LitElement, supportsAdoptingStyleSheets, unsafeCSS } from 'lit';

/** The text of a `.css` file, imported with `?inline`, as Lit takes it. It is ours: nothing of others gets into it. */
export const styleSheet = (text: string): CSSResult => unsafeCSS(text);

/**
 * What every component extends. Before Safari 16.4, a browser cannot adopt style sheets, and Lit writes their text into
 * `<style>` elements instead, which the content security policy refuses. An empty element is allowed by its hash, and
 * what a script of ours puts into its sheet is not asked for.
 */
export class RailElement extends LitElement {
  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    if (supportsAdoptingStyleSheets) return super.createRenderRoot();
    const { elementStyles, shadowRootOptions } = this.constructor as typeof LitElement;
    const root = this.shadowRoot ?? this.attachShadow(shadowRootOptions);
    for (const style of elementStyles) fill(root.appendChild(document.createElement('style')), style);
    this.renderOptions.renderBefore ??= root.firstChild;
    return root;
  }
}

/** One rule holds all of them: a sheet takes its rules one at a time. */
function fill({ sheet }: HTMLStyleElement, style: CSSResultOrNative): void {
  if ('cssText' in style) sheet?.insertRule(`@media all { ${style.cssText} }`);
}
