import { idIn, sizeIn } from '#plugins/pop3/dist/client/listing.js';
import { expectLinear } from '../../../kit/linear.js';

describe("an ISP's listing", () => {
  for (const piece of [' ', '1 a ', '1 \t', '9', 'x ']) {
    it(`takes linear time for a line of ${JSON.stringify(piece)}`, () =>
      expectLinear(piece, 1 << 18, (octets) => {
        const line = `1 x${Buffer.from(octets).toString('latin1')}`;
        return [sizeIn(line), sizeIn(`1 2${line}`), idIn(line), idIn(`${line}y`)];
      })).timeout(60_000);
  }
});
