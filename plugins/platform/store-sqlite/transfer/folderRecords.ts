// Documents of a folder as records.
import type { Documents, TransferRecord } from '@postroom/sdk/services';

export async function* documentsIn(documents: Documents): AsyncGenerator<TransferRecord> {
  for (const name of await documents.list('')) {
    const found = await documents.get(name);
    if (found !== undefined) yield { kind: 'document', name, octets: found.octets };
  }
}
