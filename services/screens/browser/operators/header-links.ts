/** Has the links of the header lead to pages that speak as this one was asked to. @param language empty: nobody asked */
export function keepLanguageInHeader(language: string): void {
  if (language === '') return;
  const lang = new URLSearchParams({ lang: language }).toString();
  for (const link of document.querySelectorAll<HTMLAnchorElement>('header a')) link.search = lang;
}
