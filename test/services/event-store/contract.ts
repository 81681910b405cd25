import { type EventStore } from '../../../services/event-store/event-store';
import { appendContract } from './contract/append';
import { expectedRevisionContract } from './contract/expected-revision';
import { lifecycleContract } from './contract/lifecycle';
import { agreesWithModel } from './contract/model';
import { readContract } from './contract/read';
import { repeatedAppendContract } from './contract/repeated-append';
import { roundTripContract } from './contract/round-trip';
import { subscribeContract } from './contract/subscribe';
import { inTime, type ContractFactory } from './contract/support';

/** Checks that a store keeps every promise of the port. */
export function eventStoreContract(name: string, factory: ContractFactory): void {
  describe(`${name} event store`, () => {
    let store: EventStore;
    const current = (): EventStore => store;

    beforeEach(async () => {
      store = await factory.open();
    });

    afterEach(async () => {
      await inTime(store.close(), 'closing the store');
    });

    appendContract(current);
    expectedRevisionContract(current);
    repeatedAppendContract(current);
    readContract(current);
    roundTripContract(current);
    subscribeContract(current);
    lifecycleContract(current, factory);

    it('the store answers random commands as the memory model does', async () => {
      await agreesWithModel(store);
    });
  });
}
