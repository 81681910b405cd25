import { z } from 'zod';

/** What the sandbox's commands take. */

export const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^-?\d{1,16}$/, 'expected a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `expected ${String(least)} to ${String(most)}`);

export const numberIn = (least: number, most: number) =>
  z
    .string()
    .regex(/\S/, 'expected a number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `expected a number from ${String(least)} to ${String(most)}`);

export const positiveNumber = (most: number) =>
  z
    .string()
    .transform(Number)
    .refine((value) => value > 0 && value <= most, `expected a number above 0, up to ${String(most)}`);

/** An address of HTTP. */
export const httpUrl = z
  .string()
  .refine((text) => /^https?:\/\//.test(text) && URL.canParse(text), 'expected a URL with http or https');

/** Where webhooks are posted to; without a path, Ticket Rail's own. */
export const webhookUrl = httpUrl.transform((text) => {
  const url = new URL(text);
  if (url.pathname === '/') url.pathname = '/handle-order';
  return url.href;
});
/** The address of a Ticket Rail on this machine for which nothing is set. */
export const DEFAULT_WEBHOOK_URL = 'http://127.0.0.1:8080/handle-order';

/**
 * A token that goes into `Authorization: Bearer`: visible ASCII, as every token of RFC 6750 is, and more than those.
 */
export const bearerToken = z.string().regex(/^[\x21-\x7e]+$/, 'expected a token of visible ASCII characters');

/** Name of an HTTP header (RFC 9110 section 5.1). */
export const headerName = z.string().regex(/^[!#$%&'*+.^`|~\w-]+$/, 'expected the name of a header');
