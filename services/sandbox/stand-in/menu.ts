import { readFileSync } from 'node:fs';
import {
  type MenuFile,
  MenuFile as MenuFileSchema,
  type MenuItem,
  type ModifierGroup,
} from '../../../schemas/wire/stream-dsp';
import { pointerOf } from '../../../schemas/json/json-pointer';

/** A menu file that cannot be used. */
export class MenuError extends Error {
  override readonly name = 'MenuError';
}

/** What can be ordered: a variation of an item. */
export interface Orderable {
  readonly id: string;
  /** Name of the item, and of the variation if there are several. */
  readonly name: string;
  /** In cents. */
  readonly price: number;
  readonly currency: string;
  readonly item: MenuItem;
  readonly categoryId: string;
}

/** A menu, by the ids that orders name. */
export interface Menu {
  readonly variations: ReadonlyMap<string, Orderable>;
  readonly items: ReadonlyMap<string, MenuItem>;
}

/** Where a choice stands among groups of choices. */
export interface ModifierChoice {
  readonly group: ModifierGroup;
  readonly modifier: ModifierGroup['modifiers'][number];
}

/** @returns every place of a choice among these groups; the same choice may be in several of them. */
export const choicesOf = (groups: readonly ModifierGroup[], id: string): ModifierChoice[] =>
  groups.flatMap((group) =>
    group.modifiers.filter((modifier) => modifier.id === id).map((modifier) => ({ group, modifier })),
  );

/**
 * @param file as parsed from JSON
 * @throws {MenuError} with what is wrong and where
 */
export function parseMenu(file: unknown): Menu {
  const parsed = MenuFileSchema.safeParse(file);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${pointerOf(path)}: ${message}`);
    throw new MenuError(`It is no menu. ${faults.join('; ')}`);
  }
  return indexed(parsed.data);
}

function indexed(menus: MenuFile): Menu {
  const variations = new Map<string, Orderable>();
  const items = new Map<string, MenuItem>();
  for (const { categories, currency } of menus) {
    for (const category of categories) {
      for (const item of category.items) {
        items.set(item.id, item);
        for (const { id, name, price } of item.variations) {
          const before = variations.get(id);
          // An item may be on several menus, but an id has to mean one thing.
          if (before !== undefined && before.item.id !== item.id) {
            throw new MenuError(`Two items have a variation ${id}: ${before.item.id} and ${item.id}.`);
          }
          const shown = item.variations.length > 1 ? `${item.name}, ${name}` : item.name;
          variations.set(id, { id, name: shown, price, currency, item, categoryId: category.id });
        }
      }
    }
  }
  return { variations, items };
}

/** @throws {MenuError} if the file cannot be read, or is no menu. */
export function readMenu(path: string): Menu {
  try {
    return parseMenu(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new MenuError(`The menu ${path} cannot be used: ${why}`, { cause: error });
  }
}

/** Returns the path of the menu that comes with the sandbox. */
export const ownMenu = (): string => require.resolve('#sandbox-files/menu.json');
