// What a round did, as `send-receive` and `status` answer it: the shape that scripts rely on. Pure.
import type { RoundReport } from '@postroom/sdk/services';

export function roundSummary({ startedAt, endedAt, accounts, sent, deferred, bounced }: RoundReport): object {
  return {
    startedAt,
    endedAt,
    rounds: accounts.map(({ account, fetched, stored, duplicates, failed }) => ({
      account,
      fetched,
      stored,
      duplicates,
      failed: failed.map(({ message }) => message),
    })),
    sent,
    deferred,
    bounced,
  };
}
