// Octets and numbers at their ends: every octet there is, none at all, very many.
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { StorePlace, TestedStore } from './testedStore.js';
import { ANDREW, describeMail, octetsOf, openMaildrop, put } from './testMail.js';

const EVERY = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));
const PIECE = 256 * 1024;
const BATCH = 500;

export function octetsSuite(engine: string, make: () => Promise<StorePlace>, isLong: boolean): void {
  describe(`Octets on ${engine}`, () => {
    let place: StorePlace;
    let store: TestedStore;
    beforeEach(async () => {
      place = await make();
      store = await place.open();
    });
    afterEach(() => place.dispose());

    /** What POP3 serves of message 1. */
    async function served(): Promise<Buffer> {
      const maildrop = await openMaildrop(store, ANDREW);
      const pieces: Uint8Array[] = [];
      for await (const { octets } of maildrop.read([1])) pieces.push(octets);
      expect(maildrop.messages.size(1)).to.equal(pieces.reduce((sum, piece) => sum + piece.length, 0));
      await maildrop.close();
      return Buffer.concat(pieces);
    }

    // Lengths around the edges of pieces, and of what goes to the store ahead of its commit.
    for (const size of [0, 1, 256, PIECE - 1, PIECE, PIECE + 1, 4 * PIECE, 4 * PIECE + 3, 9 * PIECE + 77]) {
      it(`gives back ${size} of them as they came, from 00 to FF, behind a prefix of any`, async () => {
        const octets = Buffer.alloc(size, Buffer.concat([EVERY, EVERY.subarray(1)]));
        const body = await store.mailStore.stage();
        for (let from = 0; from < size; from += 100_003) await body.append(octets.subarray(from, from + 100_003));
        const unit = describeMail(body, createHash('sha256').update(octets).digest('hex'), { to: [ANDREW] });
        const [placement] = unit.placements;
        if (placement === undefined) throw new Error('no placement');
        expect((await octetsOf(body.read())).equals(octets)).to.equal(true);
        await store.mailStore.commit({ ...unit, placements: [{ ...placement, prefix: EVERY }] });
        expect((await octetsOf(store.mailStore.read(body.id))).equals(octets)).to.equal(true);
        expect((await served()).equals(Buffer.concat([EVERY, octets]))).to.equal(true);
        await place.close(store);
        store = await place.open();
        expect((await served()).equals(Buffer.concat([EVERY, octets]))).to.equal(true);
      });
    }

    it('keeps texts with every character that a text may have', async () => {
      const subject = `\u0001 \u007f \u0085 \u2028 \ufffe 𝔘𝔫𝔦 ' " \\ % _ $1 :x ?`;
      const { placed } = await put(store, { to: [ANDREW], message: { subject, from: subject, reason: subject } });
      expect(placed).to.have.length(1);
      const [message] = await store.mailStore.recent(1);
      expect(message).to.include({ subject, from: subject, reason: subject });
    });

    const megabytes = isLong ? 200 : 20;
    it(`takes a message of ${megabytes} MB, and serves it`, async function () {
      this.timeout(600_000);
      const body = await store.mailStore.stage();
      const hash = createHash('sha256');
      for (let megabyte = 0; megabyte < megabytes; megabyte += 1) {
        const octets = Buffer.alloc(2 ** 20, EVERY.subarray(megabyte % 256));
        hash.update(octets);
        await body.append(octets);
      }
      const digest = hash.digest('hex');
      await store.mailStore.commit(describeMail(body, digest, { to: [ANDREW] }));
      const maildrop = await openMaildrop(store, ANDREW);
      expect(maildrop.messages.size(1)).to.equal(megabytes * 2 ** 20);
      const check = createHash('sha256');
      for await (const { octets } of maildrop.read([1])) {
        expect(octets.length).to.be.at.most(PIECE);
        check.update(octets);
      }
      expect(check.digest('hex')).to.equal(digest);
      await maildrop.remove([1]);
      await maildrop.close();
      expect(await store.census()).to.include({ messages: 0, octets: 0, copies: 0 });
    });

    const messages = isLong ? 100_000 : 3_000;
    it(`lists ${messages} messages in a mailbox, each with its size and its id`, async function () {
      this.timeout(1_800_000);
      for (let from = 0; from < messages; from += BATCH) {
        await Promise.all(
          Array.from({ length: Math.min(BATCH, messages - from) }, (_, n) =>
            put(store, { to: [ANDREW], text: 'x'.repeat((from + n) % 100) }),
          ),
        );
      }
      const maildrop = await openMaildrop(store, ANDREW);
      const listing = maildrop.messages;
      expect(listing.count).to.equal(messages);
      const ids = new Set<string>();
      let octets = 0;
      for (let number = 1; number <= messages; number += 1) {
        ids.add(listing.uidl(number));
        octets += listing.size(number);
      }
      expect(ids.size).to.equal(messages);
      expect(octets).to.equal(Array.from({ length: messages }, (_, n) => n % 100).reduce((sum, size) => sum + size, 0));
      await maildrop.close();
      const [summary] = await store.mailStore.mailboxes();
      expect(summary).to.include({ messages, bytes: octets });
    });
  });
}
