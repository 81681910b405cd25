/** How evidence stands in the HTML of a bundle: a script of data that no browser runs. */

export const EVIDENCE_START = '<script type="application/x-ndjson" id="ticket-rail-evidence">\n';
export const EVIDENCE_END = '</script>';

/** @returns the three parts of a bundle; null if there is no evidence in it. */
export function splitBundle(
  bytes: Buffer,
): { readonly before: Buffer; readonly evidence: Buffer; readonly after: Buffer } | null {
  const start = bytes.indexOf(EVIDENCE_START);
  if (start < 0) return null;
  const from = start + EVIDENCE_START.length;
  const end = bytes.indexOf(EVIDENCE_END, from);
  if (end < 0) return null;
  return { before: bytes.subarray(0, from), evidence: bytes.subarray(from, end), after: bytes.subarray(end) };
}
