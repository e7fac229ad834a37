// Octets of messages on their way: each message is what came in, or the records end with a sentence about it.
import { createHash, type Hash } from 'node:crypto';
import { PostroomError } from '@postroom/sdk';
import type { MessageRecord, TransferRecord } from '@postroom/sdk/services';
import { recordName } from './comparedRecords.js';

/** Hands all records on. `whole`: after each message whose octets are here, and are those that its hash was taken of. */
export async function* wholeMessages(
  records: AsyncIterable<TransferRecord>,
  place: string,
  whole: (octets: number) => void,
): AsyncGenerator<TransferRecord> {
  let message: MessageRecord | undefined;
  let hash: Hash = createHash('sha256');
  let size = 0;
  const end = (): void => {
    if (message === undefined || message.goneAt !== undefined) return;
    if (size !== message.message.size || hash.digest('hex') !== message.message.contentHash) throw damaged(message, place);
    whole(size);
  };
  for await (const record of records) {
    if (record.kind === 'octets') {
      hash.update(record.octets);
      size += record.octets.length;
    } else {
      end();
      message = undefined;
    }
    if (record.kind === 'message') [message, hash, size] = [record, createHash('sha256'), 0];
    yield record;
  }
  end();
}

function damaged(message: MessageRecord, place: string): PostroomError {
  return new PostroomError(
    'data/corrupt',
    `The octets of ${recordName(message)} in ${place} are not those that came in. The copy is not finished. Restore a backup of that store, and see to its disk; "postroom doctor" looks at the rest.`,
    { message: message.message.id },
  );
}
