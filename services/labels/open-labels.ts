import { readFile } from 'node:fs/promises';
import type { Router } from 'express';
import { isJsonObject } from '../../schemas/json/json-object';
import { parseJson } from '../../schemas/json/exact-json';
import { DEFAULT_LABEL_POINTERS, type LabelPointers, LabelPointersFile } from '../../schemas/label';
import { nextTurn } from '../concurrency/turns';
import { ConfigError } from '../config/config';
import type { World } from '../config/world';
import type { EventStore } from '../event-store/event-store';
import { codeOf } from '../files/error-code';
import type { AcceptedOrder } from './accepted-order';
import { Labels } from './labels';
import { parseLabel } from './parse-label';
import { createLabelRoutes } from './route';

/** What orders are called where they are handed over. */
export interface OrderLabels {
  readonly routes: readonly Router[];
  readonly labels: Labels;
  /** Takes the label out of an order. Never fails: an order without a label is handed over by its number. */
  readonly accepted: (order: AcceptedOrder) => void;
  close(): Promise<void>;
}

/** @throws {ConfigError} */
async function readPointers(file: string | null): Promise<LabelPointers> {
  if (file === null) return DEFAULT_LABEL_POINTERS;
  const unusable = (fault: string): ConfigError =>
    new ConfigError([`LABEL_POINTERS_FILE is ${JSON.stringify(file)}: ${fault}.`]);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw unusable(
      `the file cannot be read (${codeOf(error) ?? String(error)}): make it, or unset LABEL_POINTERS_FILE`,
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw unusable('expected JSON');
  }
  const parsed = LabelPointersFile.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw unusable(`${issue?.path.join('/') ?? ''} ${issue?.message ?? 'cannot be used'}`.trim());
  }
  const { data } = parsed;
  return {
    number: data.number ?? DEFAULT_LABEL_POINTERS.number,
    name: data.name ?? DEFAULT_LABEL_POINTERS.name,
    items: data.items ?? DEFAULT_LABEL_POINTERS.items,
    source: data.source ?? DEFAULT_LABEL_POINTERS.source,
    brand: data.brand ?? DEFAULT_LABEL_POINTERS.brand,
    fulfillment_type: data.fulfillment_type ?? DEFAULT_LABEL_POINTERS.fulfillment_type,
    promised_minutes: data.promised_minutes ?? DEFAULT_LABEL_POINTERS.promised_minutes,
    requested_for: data.requested_for ?? DEFAULT_LABEL_POINTERS.requested_for,
  };
}

/** @returns what a text says, if it is a JSON object. */
function membersOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = parseJson(text.replace(/^\uFEFF/, ''));
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

/**
 * @param pointersFile of LABEL_POINTERS_FILE; null: the places that are known
 * @throws {ConfigError} if the file cannot be used
 */
export async function openLabels(options: {
  readonly store: EventStore;
  readonly world: World;
  readonly pointersFile: string | null;
}): Promise<OrderLabels> {
  const { store, world, pointersFile } = options;
  const { log, now, newId } = world;
  const pointers = await readPointers(pointersFile);
  const labels = new Labels({ store, now, newId, log });
  labels.follow();

  const take = async ({ key, delivery, answer }: AcceptedOrder): Promise<void> => {
    await nextTurn();
    const label = parseLabel({ object: membersOf(delivery)['object'], answer: membersOf(answer) }, pointers);
    if (label !== null) await labels.set(key, label);
  };
  return {
    routes: [createLabelRoutes(labels)],
    labels,
    accepted: (order) => {
      take(order).catch((error: unknown) => {
        log.warn({ err: error, ...order.key }, 'the label of an accepted order is lost');
      });
    },
    close: () => labels.close(),
  };
}
