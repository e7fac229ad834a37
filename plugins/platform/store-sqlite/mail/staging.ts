// Octets that are in the database ahead of their commit. A crash leaves them without a message, under the server's number; the next start sweeps them.
import type { AddedPieces, LastPieces, StagingArea } from '@postroom/sdk/store';
import type { Readers } from '../engine/readers.js';
import type { ChunkRow } from '../engine/tables.js';
import type { WriteQueue } from '../engine/writeQueue.js';
import { CHUNK_OCTETS, chunkId, dropSpilled, readChunks } from './chunks.js';

export class SqliteStaging implements StagingArea {
  readonly pieceOctets = CHUNK_OCTETS;

  constructor(
    private readonly queue: WriteQueue,
    private readonly readers: Readers,
    /** Number of this server. */
    private readonly server: number,
  ) {}

  add(message: number, first: number, pieces: readonly Uint8Array[]): Promise<void> {
    const rows = chunkRows(message, { first, pieces });
    return this.queue.write({
      octets: pieces.reduce((sum, piece) => sum + piece.length, 0),
      stage: (group) => {
        if (first === 0) group.insert('spill', { message_id: message, server: this.server });
        for (const row of rows) group.insert('chunk', row);
      },
    });
  }

  read(message: number, octets: number): AsyncIterable<Uint8Array> {
    return readChunks(this.readers, message, 0, octets);
  }

  /** What nobody answered for was not committed: what a crash makes of it the next start sweeps. */
  async drop(message: number, { count }: AddedPieces): Promise<void> {
    if (count > 0) await this.queue.write({ makesRoom: true, run: (writer) => dropSpilled(writer, message) });
  }
}

export function chunkRows(message: number, { first, pieces }: LastPieces): readonly ChunkRow[] {
  return pieces.map((octets, index) => ({ id: chunkId(message, first + index), octets }));
}
