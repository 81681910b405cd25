import type { EventStore } from '../../../services/event-store/event-store';
import { appendContract } from './contract/append';
import { expectedRevisionContract } from './contract/expected-revision';
import { lifecycleContract } from './contract/lifecycle';
import { agreesWithModel } from './contract/model';
import { readContract } from './contract/read';
import { repeatedAppendContract } from './contract/repeated-append';
import { roundTripContract, streamNameContract } from './contract/round-trip';
import { subscribeContract } from './contract/subscribe';
import { inTime, type ContractFactory } from './contract/support';

/** Checks that a store keeps every promise about subscriptions. */
export function subscriptionContract(name: string, factory: ContractFactory): void {
  describe(`${name} event store`, () => {
    let store: EventStore;
    beforeEach(async () => {
      store = await factory.open();
    });

    afterEach(async () => {
      await inTime(store.close(), 'closing the store');
    });

    subscribeContract(() => store, factory);
  });
}

/** Checks that a store keeps every promise of the port. */
export function eventStoreContract(name: string, factory: ContractFactory): void {
  describe(`${name} event store`, () => {
    let store: EventStore;
    const current = (): EventStore => store;

    describe('one store for all tests', () => {
      beforeAll(async () => {
        store = await factory.open();
      });

      afterAll(async () => {
        await inTime(store.close(), 'closing the store');
      });

      expectedRevisionContract(current);
      roundTripContract(current);
    });

    describe('a store for each test', () => {
      beforeEach(async () => {
        store = await factory.open();
      });

      afterEach(async () => {
        await inTime(store.close(), 'closing the store');
      });

      appendContract(current);
      repeatedAppendContract(current);
      readContract(current);
      streamNameContract(current);
      subscribeContract(current, factory);
      lifecycleContract(current, factory);

      it('the store answers random commands as the memory model does', async () => {
        await agreesWithModel(store);
      });
    });
  });
}
