import { html, type TemplateResult } from 'lit';

/** Strokes on a 24 by 24 grid. */
const PATHS = {
  alert: 'M12 3 2 20.5h20L12 3Zm0 6.5v5m0 3v.2',
  back: 'M9 5 4 10l5 5M4 10h10a6 6 0 0 1 0 12h-3',
  bell: 'M6 17h12l-1.5-2.5V10a4.5 4.5 0 0 0-9 0v4.5L6 17Zm4 3h4M12 3.5v2',
  'bell-off': 'M6 17h10m.5-2.5V10a4.5 4.5 0 0 0-7.3-3.5M7.500 9.500v5L6 17M10 20h4M3 3l18 18',
  car: 'M3 16v-3.500l2-1 2-4.500h9l3 4.500 2 1V16h-2M9 16h6M3 16h2m0 0a2 2 0 1 0 4 0 2 2 0 0 0-4 0Zm10 0a2 2 0 1 0 4 0 2 2 0 0 0-4 0Z',
  check: 'm4 12.500 5 5 11-11',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4v5.500l3.500 2',
  close: 'M5 5l14 14M19 5 5 19',
  cloud: 'M7 18a4 4 0 0 1-.5-8A6 6 0 0 1 18 9.500a4 4 0 0 1-.5 8.500M3 3l18 18',
  gear: 'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6Zm0-6v3m0 12v3M3 12h3m12 0h3M5.600 5.600l2.200 2.200m8.400 8.400 2.200 2.200m0-12.800-2.200 2.200m-8.400 8.400-2.200 2.200',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 8v6m0-10v.2',
  pot: 'M4 10h16v6a4 4 0 0 1-4 4H8a4 4 0 0 1-4-4v-6Zm-2 2h2m16 0h2M9 4v3m3-4v4m3-3v3',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM4 21c0-4 3.500-6.500 8-6.500s8 2.500 8 6.500',
  next: 'm9 5 7 7-7 7',
  pause: 'M8 5v14M16 5v14',
  phone:
    'M5 4h4l2 5-2.500 2a12 12 0 0 0 4.500 4.500l2-2.500 5 2v4c0 1-1 2-2 2C10.500 20.500 3.500 13.500 3 6c0-1 1-2 2-2Z',
  play: 'M7 4.500v15L19.500 12 7 4.500Z',
  previous: 'm15 5-7 7 7 7',
  printer: 'M7 9V3.500h10V9M7 17H4v-8h16v8h-3M7 14h10v6.500H7V14Z',
  robot: 'M5 10h14v8H5v-8Zm3 8v2.500m8-2.500v2.500M12 10V6m0-2.500v.2M9 13.500v1m6-1v1',
  road: 'M8 3 4 21M16 3l4 18M12 4v3m0 3.500v3m0 3.500v3',
  search: 'M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13Zm5 11.500 5 5',
  stack: 'M4 8h11v12H4V8Zm4 0V4h12v12h-5',
  swap: 'M4 8h14l-3.500-3.500M20 16H6l3.500 3.500',
} as const;

export type IconName = keyof typeof PATHS;

/** @returns a picture beside words that say the same. */
export const icon = (name: IconName): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${PATHS[name]}></path></svg>`;
