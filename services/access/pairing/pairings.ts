import { type BegunPairing, PAIRING_INTERVAL_SECONDS, PAIRING_SECONDS } from '../../../schemas/api/pairing';
import { createBudget, type TakeFromBudget } from '../log/budget';
import { hashToken } from '../readers/readers';
import { parseUserCode, shownUserCode, type UserCode } from './user-code';

/**
 * Screens that show a code and wait for an operator to enter it, in the memory of this process. Nobody needs a token to
 * begin, so there are only so many.
 */

/** Most pairings that are remembered, some 500 bytes each. */
export const MAX_PAIRINGS = 1_000;
/**
 * Most pairings that one network may begin at once, and each minute for long: the screens of a restaurant share an
 * address, and behind a proxy all do.
 */
export const PAIRINGS_AT_ONCE = 50;
export const PAIRINGS_PER_MINUTE = 10;

const PAIRING_MS = PAIRING_SECONDS * 1_000;
/** Milliseconds for which a code is remembered that is not valid any more, so that it is not called unknown. */
const REMEMBERED_MS = 2 * PAIRING_MS;

interface Pairing {
  readonly userCode: UserCode;
  /** Whose screen shows it. */
  readonly network: string;
  /** Of {@link Options.now}. */
  readonly begunAt: number;
  state:
    | { readonly kind: 'waiting' }
    /** Waits to be picked up by the screen: the one place where a token is that its reader does not have yet. */
    | { readonly kind: 'approved'; readonly token: string }
    | { readonly kind: 'used' };
}

/** Why a code leads to nothing. */
export type DeadCode = 'unknown' | 'expired' | 'used';

/** What a device code leads to. */
export type PickedUp =
  { readonly kind: 'waiting' } | { readonly kind: 'approved'; readonly token: string } | { readonly kind: DeadCode };

export interface Options {
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  readonly newUserCode: () => UserCode;
  /** Makes a secret that nobody guesses. */
  readonly newDeviceCode: () => string;
}

export class Pairings {
  readonly #options: Options;
  readonly #take: TakeFromBudget;
  /** By the hash of the device code, the oldest first. */
  readonly #byDevice = new Map<string, Pairing>();
  readonly #byUser = new Map<UserCode, Pairing>();

  constructor(options: Options) {
    this.#options = options;
    this.#take = createBudget({ atOnce: PAIRINGS_AT_ONCE, perMinute: PAIRINGS_PER_MINUTE, now: options.now });
  }

  /**
   * Where there are as many as are remembered, the one that is wanted least makes room.
   * @param network whose screen asks
   * @returns null if there are too many of this network
   */
  begin(network: string): BegunPairing | null {
    this.#forgetOld();
    if (!this.#take(network, 1)) return null;
    if (this.#byDevice.size >= MAX_PAIRINGS && !this.#forgetLeastWanted(network)) return null;
    let userCode = this.#options.newUserCode();
    while (this.#byUser.has(userCode)) userCode = this.#options.newUserCode();
    const deviceCode = this.#options.newDeviceCode();
    const pairing: Pairing = { userCode, network, begunAt: this.#options.now(), state: { kind: 'waiting' } };
    this.#byDevice.set(hashToken(deviceCode), pairing);
    this.#byUser.set(userCode, pairing);
    return {
      user_code: shownUserCode(userCode),
      device_code: deviceCode,
      expires_in: PAIRING_SECONDS,
      interval: PAIRING_INTERVAL_SECONDS,
    };
  }

  /**
   * Has the screen that shows a code get a token.
   * @param makeToken is called for a code that is valid; where it throws, the code stays so
   */
  approve(typed: string, makeToken: () => string): 'approved' | DeadCode {
    const userCode = parseUserCode(typed);
    const pairing = userCode === null ? undefined : this.#byUser.get(userCode);
    if (pairing === undefined) return 'unknown';
    const { kind } = this.#stateOf(pairing);
    if (kind === 'approved') return 'used';
    if (kind !== 'waiting') return kind;
    pairing.state = { kind: 'approved', token: makeToken() };
    return 'approved';
  }

  /** Gives a token to the screen that has the device code, once. */
  pickUp(deviceCode: string): PickedUp {
    const pairing = this.#byDevice.get(hashToken(deviceCode));
    if (pairing === undefined) return { kind: 'unknown' };
    const state = this.#stateOf(pairing);
    if (state.kind === 'approved') pairing.state = { kind: 'used' };
    return state;
  }

  /** An approved code stays valid for its screen, which may ask a moment too late, or be out of reach for a while. */
  #stateOf({ begunAt, state }: Pairing): PickedUp {
    const age = this.#options.now() - begunAt;
    if (age >= REMEMBERED_MS) return { kind: 'unknown' };
    return state.kind === 'waiting' && age >= PAIRING_MS ? { kind: 'expired' } : state;
  }

  #forgetOld(): void {
    const now = this.#options.now();
    for (const [device, pairing] of this.#byDevice) {
      if (now - pairing.begunAt < REMEMBERED_MS) return;
      this.#forget(device, pairing);
    }
  }

  /**
   * Forgets the oldest whose code leads to nothing any more, or else the oldest of the network that has most waiting: few
   * addresses do not keep all others out. One that an operator has entered stays.
   * @param network who asks for the room
   * @returns false if none may go
   */
  #forgetLeastWanted(network: string): boolean {
    const waiting = new Map<string, number>();
    for (const [device, pairing] of this.#byDevice) {
      const { kind } = this.#stateOf(pairing);
      if (kind === 'waiting') waiting.set(pairing.network, (waiting.get(pairing.network) ?? 0) + 1);
      else if (kind !== 'approved') {
        this.#forget(device, pairing);
        return true;
      }
    }
    const most = Math.max(...waiting.values());
    // Who has as many as any has no better claim to the room.
    if (!((waiting.get(network) ?? 0) < most)) return false;
    for (const [device, pairing] of this.#byDevice) {
      if (this.#stateOf(pairing).kind !== 'waiting' || waiting.get(pairing.network) !== most) continue;
      this.#forget(device, pairing);
      return true;
    }
    return false;
  }

  #forget(device: string, { userCode }: Pairing): void {
    this.#byDevice.delete(device);
    this.#byUser.delete(userCode);
  }
}
