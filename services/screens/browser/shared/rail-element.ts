import {
  type CSSResult,
  type CSSResultOrNative,
  LitElement,
  type PropertyDeclaration,
  supportsAdoptingStyleSheets,
  unsafeCSS,
} from 'lit';
import { onLanguage } from './language';

/** The browser knows no container queries, and the page is ours, where a component is as wide as the window. */
const isByWindow = !CSS.supports('(container-type: inline-size)') && document.querySelector('body.screen') !== null;

/**
 * Returns the text of a `.css` file, imported with `?inline`, as Lit takes it. It is ours: nothing of others gets into
 * it.
 */
export const styleSheet = (text: string): CSSResult =>
  unsafeCSS(isByWindow ? text.replaceAll('@container', '@media') : text);

/** A property of a component, which is drawn anew when it changes. */
interface Property<Value> {
  readonly initial: Value;
  readonly options: PropertyDeclaration;
}

type Properties = Readonly<Record<string, Property<unknown>>>;
type Values<Declared extends Properties> = {
  -readonly [Name in keyof Declared]: Declared[Name] extends Property<infer Value> ? Value : never;
};

/** Declares a property that an attribute of the same name sets too. */
export function attribute(initial: string, options?: PropertyDeclaration): Property<string>;
export function attribute(initial: boolean, options?: PropertyDeclaration): Property<boolean>;
export function attribute(initial: string | boolean, options: PropertyDeclaration = {}): Property<string | boolean> {
  return { initial, options: { ...options, type: typeof initial === 'boolean' ? Boolean : String } };
}

/** The attributes by which a page says what a component and all others on it speak. */
export const languageAttributes = {
  /** BCP 47 tag; empty: as it is set on this screen, or else as its location speaks, or the browser wants it. */
  language: attribute(''),
  /** Address of a catalogue of messages in JSON, of somebody's own; empty: there is none. */
  catalogue: attribute(''),
};

/** Declares a property that others set, and no attribute. */
export const property = <Value>(initial: Value): Property<Value> => ({ initial, options: { attribute: false } });

/** Declares a property that only the component itself sets. */
export const state = <Value>(initial: Value): Property<Value> => ({ initial, options: { state: true } });

/** @returns the class that a component with these properties extends: name, type and first value stand in one place */
export function railElement<Declared extends Properties>(
  declared: Declared,
): Omit<typeof RailElement, 'prototype'> & (new () => RailElement & Values<Declared>) {
  const each = <Part>(part: (one: Property<unknown>) => Part): Record<string, Part> =>
    Object.fromEntries(Object.entries(declared).map(([name, one]) => [name, part(one)]));
  const initial = each((one) => one.initial);
  class Declaring extends RailElement {
    static override properties = each((one) => one.options);
    constructor() {
      super();
      Object.assign(this, initial);
    }
  }
  // The accessors are made by Lit, where the compiler does not see them.
  return Declaring as unknown as ReturnType<typeof railElement<Declared>>;
}

/**
 * The element that every component extends. Before Safari 16.4, a browser cannot adopt style sheets, and Lit writes their
 * text into `<style>` elements instead, which the content security policy refuses. An empty element is allowed by its
 * hash, and what a script of ours puts into its sheet is not asked for.
 */
export class RailElement extends LitElement {
  #unlisten: () => void = () => undefined;

  /** Has it drawn anew when the page speaks another language, and for what the page took up while it was not in it. */
  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
    this.#unlisten = onLanguage(() => {
      this.requestUpdate();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unlisten();
  }

  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    if (supportsAdoptingStyleSheets) return super.createRenderRoot();
    const { elementStyles, shadowRootOptions } = this.constructor as typeof LitElement; // this class extends it
    const root = this.shadowRoot ?? this.attachShadow(shadowRootOptions);
    for (const style of elementStyles) fill(root.appendChild(document.createElement('style')), style);
    this.renderOptions.renderBefore ??= root.firstChild;
    return root;
  }
}

/** Puts the rules of a style into a sheet. One rule holds all of them: a sheet takes its rules one at a time. */
function fill({ sheet }: HTMLStyleElement, style: CSSResultOrNative): void {
  if ('cssText' in style) sheet?.insertRule(`@media all { ${style.cssText} }`);
}

/** Adds rules to the page around the components. @returns what takes them away */
export function styleDocument(text: string): () => void {
  if (!supportsAdoptingStyleSheets) {
    const style = document.head.appendChild(document.createElement('style'));
    fill(style, styleSheet(text));
    return () => {
      style.remove();
    };
  }
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  return () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
  };
}
