// Octets that are in the database ahead of their commit, with a row that says which server takes their message in.
import { PostroomError } from '@postroom/sdk';
import type { AddedPieces, StagingArea } from '@postroom/sdk/store';
import { bigintOctets, integerOctets } from '../engine/copyIn.js';
import type { Database } from '../engine/database.js';
import type { Discards } from './discards.js';
import { PIECE_OCTETS, readPieces } from './pieces.js';

export class PostgresStaging implements StagingArea {
  readonly pieceOctets = PIECE_OCTETS;

  constructor(
    private readonly database: Database,
    private readonly discards: Discards,
    private readonly server: { readonly id: number },
  ) {}

  /** The row that says whose they are is there until they are. */
  add(message: number, first: number, pieces: readonly Uint8Array[]): Promise<void> {
    return this.database.transaction(async (statements) => {
      if (first === 0) {
        await statements.run('INSERT INTO spill (message_id, server_id) VALUES ($1, $2)', [message, this.server.id]);
      } else {
        const rows = await statements.rows('SELECT 1 FROM spill WHERE message_id = $1 FOR UPDATE', [message]);
        if (rows.length === 0) throw sweptAway(message);
      }
      const number = bigintOctets(message);
      const rows = pieces.map((octets, index) => [number, integerOctets(first + index), octets]);
      await statements.copyIn('chunk (message_id, piece, octets)', rows);
    });
  }

  read(message: number, octets: number): AsyncIterable<Uint8Array> {
    return readPieces(this.database, message, 0, octets);
  }

  /** Pieces go only with the row that says that they are on their way: of a message that was stored it is gone. */
  drop(message: number, { mayFollow }: AddedPieces): Promise<void> {
    return this.discards.drop(message, mayFollow);
  }
}

/** The store took this server for gone, and another one cleared up what was half there. */
export function sweptAway(message: number): PostroomError {
  return new PostroomError(
    'lease/lost',
    `The store had not heard of this server for so long that it let go of message ${message}, which was on its way in. It has to come again.`,
    { message },
  );
}
