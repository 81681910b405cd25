import type { Message } from '../message';

/**
 * The source of the words that only the verifier says, to people who have never seen this product. It says the sentences of
 * audit pages (../auditors/en.ts) too, and the command says in English what it says.
 */
export const enVerifier = {
  'verifier.title': 'Verify an export or evidence',
  'verifier.intro':
    'Choose a file that Ticket Rail wrote, and read whether it is as it was written, and what it says. It is read on this device and never leaves it: this page opens no connection, and can be saved and used without a network.',
  'verifier.save': 'Save this page to use it without a network',
  'verifier.files': 'Files to verify',
  'verifier.drop': 'or drop them here',
  'verifier.takes':
    'It takes evidence (.evidence.html) and exports (.ndjson, .csv), as they were downloaded. Choose the public key of the restaurant’s service (PEM) together with evidence, and what is signed in it is verified, too. A CSV file of version 0.2 or earlier has a manifest beside it (.csv.manifest.json): choose both.',
  'verifier.results': 'Results',
  'verifier.no_file': 'No file yet.',
  'verifier.verifying': 'Verifying…',
  'verifier.verifying_file': 'Verifying {file}',
  'verifier.so_far': { one: 'Verifying: {count} event so far', other: 'Verifying: {count} events so far' },
  'verifier.nothing': 'There was no export and no evidence among the files.',
  'verifier.result': '{file}: {verdict}.',
  'verifier.details': 'Details, as {command} prints them',
  'verifier.too_large': 'Evidence of more than {bytes} bytes is not read here: {command} takes it.',
  'verifier.unreadable': 'The file cannot be read: {why}',

  'verdict.holds': 'Holds',
  'verdict.undecided': 'What can be checked holds',
  'verdict.within': 'Does not hold as it is',
  'verdict.broken': 'Does not hold',
  'verdict.unusable': 'Not verified',

  'means.holds':
    'Each report in it is as it was recorded: none was changed, removed or put in between since, unless somebody made all hashes of the file anew.',
  'means.holds_rows':
    'Each row in it is as it was written: none was changed, removed or put in between since, unless somebody made all hashes of the file anew. Whether the rows are what was recorded is verified in an export as NDJSON.',
  'means.not_true':
    'It does not mean that what the delivery service reported was true, or that it reported everything.',
  'means.signed_by_key': 'What is signed in it was signed with the key that was chosen with it.',
  'means.signed_by_unknown':
    'Who signed it was not verified: choose the public key of the restaurant’s service with it, and take that key from elsewhere.',
  'means.signed_by_nobody': 'Nothing in it is signed, so it does not show who made it.',
  'means.withheld':
    'The file is as it was written, unless somebody made all hashes of it anew. Phones and passcodes were left out of it, and with them the hashes over each report: so whether the reports in it are those that were recorded cannot be checked here. It takes a file that shows them.',
  'means.other_page':
    'The page in the file was made by another version, or with other clocks: whether it shows what was reported cannot be checked here. Rely on what stands here, not on that page.',
  'means.no_manifest':
    'The rows that are there are as they were written. The manifest is not there, so whether rows are missing at the end cannot be seen: choose both files.',
  'means.cut':
    'The rows are as they were written. Some cells were cut to what a spreadsheet takes; what was cut is only in an export as NDJSON.',
  'means.within_all':
    'The ends of its lines were changed on the way, or a mark was put before it, as mail, git and editors do. With that taken back, nothing else is wrong with it. Ask for the file as it was downloaded.',
  'means.within_facts':
    'The facts in it are unchanged, unless somebody made all hashes of the file anew. The page around them is not as it was written: a browser that saves a page anew changes it, and so can anybody. Do not rely on what that page shows; ask for the file as it was downloaded.',
  'means.no_evidence':
    'The evidence is missing: only the page around it is there, as mail and browsers may leave it. Ask for the file as it was downloaded.',
  'means.other_key':
    'What is signed in it does not fit: it was signed with another key than the one that was chosen with it, or the reports are not those that were signed.',
  'means.broken':
    'Something in it was changed after it was written, or it is not whole. Do not rely on it; ask for the file as it was downloaded. The details name the first place.',
  'means.spreadsheet': 'A spreadsheet that saves such a file anew changes every row.',
  'means.unsealed': {
    one: 'Of {count} event, which a version before these hashes stored, nothing can be said.',
    other: 'Of {count} events, which versions before these hashes stored, nothing can be said.',
  },
  'means.claims': {
    one: '{count} claim of a screen is in it, that it showed the order. It is as it was written into this file. Whether the service received it so, only the log of the service shows; whether anybody looked, nothing shows.',
    other:
      '{count} claims of screens are in it, that they showed the order. They are as they were written into this file. Whether the service received them so, only the log of the service shows; whether anybody looked, nothing shows.',
  },
  'means.begun': 'What came before some of the events in it is not in it, and was not verified.',

  'foreign.other':
    'This is not evidence or an export of Ticket Rail. Choose the file that ends with .evidence.html, .ndjson or .csv, as it was downloaded.',
  'foreign.print':
    'A PDF cannot be verified: it is a print. Choose the file that ends with .evidence.html, as it was downloaded.',
  'foreign.web_archive':
    'This is a page as a browser saves it in a form of its own, without the evidence. Choose the file that ends with .evidence.html, as it was downloaded.',
  'foreign.archive':
    'This is a ZIP file or an office document. If evidence is in it, unpack it, and choose the file that ends with .evidence.html, .ndjson or .csv.',
  'foreign.verifier':
    'This is the page that verifies, not evidence. Choose the file that ends with .evidence.html, .ndjson or .csv, as it was downloaded.',

  'about.order': 'Order {order} of location {location}',
  'about.location': 'Location {location}',
  'about.all_orders': 'Orders of all locations',
  'about.everything': 'Everything in the log',
  'about.when': {
    one: '{count} event, received at {from} ({zone})',
    other: '{count} events, received from {from} to {to} ({zone})',
  },
  'about.reported': 'What was reported',
  'about.file_says': 'What was reported, as the file says',
  'about.facts_say': 'What was reported, as the facts in it say',
  'about.nth': 'order {number} of {all} with this number',

  'results.heading': 'What a result means',
  'results.holds':
    'Nothing was changed by somebody who did not compute all hashes of the file anew. Each line has a hash over itself and the lines before it, and each event the hash of its content and the hash of the event before it, so an event that was changed, removed, inserted or moved is found. The page of evidence was made again from the events in it, and shows the same.',
  'results.undecided': 'Nothing contradicts it, but not all of it could be verified, and it says what and why.',
  'results.within':
    'The facts in it are unchanged, but the file is not as it was written, and may show something else than they say.',
  'results.broken': 'Something was changed after the file was written. The first place comes first.',
  'results.unusable': 'It is no such file, or it could not be read.',
  'results.no_proof': 'No result proves',
  'results.not_true': 'that what was reported was true, or that no report was lost on its way;',
  'results.not_file':
    'that the whole file was not made anew, or cut at its beginning or end, with all its hashes: they need no key, so anybody can compute them. Comparing it with the store finds that;',
  'results.not_store':
    'that the whole store was not rewritten with all its hashes. Only signed checkpoints help that were kept elsewhere;',
  'results.not_signer':
    'who signed the checkpoints in evidence, unless the public key was chosen with it, and is from elsewhere.',
  'results.doubt':
    'Do not take this page from the party that you doubt: it is the file {file} of the package of Ticket Rail {version}, and {command} does the same on a command line.',
} as const satisfies Readonly<Record<string, Message>>;

/** What such a message is called. */
export type VerifierId = keyof typeof enVerifier;
/** The messages of a language that only the verifier says. */
export type VerifierCatalogue = Readonly<Record<VerifierId, Message>>;
