// Under which names answers may know a message that a smart host has renamed: what its reply to the end of the data says, and what it does not.
import { expect } from 'chai';
import { assignedNames, namesOfAssigned } from '#plugins/reply-thread/dist/assignedIds.js';
import { letterName } from '#plugins/reply-thread/dist/letters.js';

const OWN = '<sent-1@company.example>';
const ADDRESSES = ['bob.miller2@far.example', 'mail@company.example'];

const isNamed = (reply: string, id: string): boolean => {
  const names = assignedNames(reply, OWN, ADDRESSES);
  return namesOfAssigned(id).some((name) => names.includes(name));
};

describe('the ids that a smart host assigns', () => {
  it('are read in the replies of many programs, and known again in what answers name', () => {
    for (const [reply, id] of [
      ['250 Ok 0100018abcdef-1234-000000', '<0100018abcdef-1234-000000@email.bulk.example>'],
      ['250 Ok: queued as 8pMdFZ3ORx6n1hNQ7d5UHA', '<8pMdFZ3ORx6n1hNQ7d5UHA@geopod-ismtpd-1>'],
      ['250 2.0.0 Ok: queued as 4XyZ3k1Qjcz9x', '<4XyZ3k1Qjcz9x@out.bulk.example>'],
      ['250 2.0.0 Ok: queued as 8F3A21234C', '<20261102090002.8F3A21234C@out.bulk.example>'],
      ['250 OK id=1qyXyz-0001Ab-2C', '<E1qyXyz-0001Ab-2C@out.bulk.example>'],
      ['250 OK id=1qyXyz-00000001Abc-2Cde', '<E1qyXyz-00000001Abc-2Cde@out.bulk.example>'],
      [
        '250 2.6.0 <AM0PR01MB12@eurprd01.host.example> [InternalId=12345678901234, Hostname=AM0PR01.host.example] 8765 bytes Queued mail for delivery',
        '<AM0PR01MB12@eurprd01.host.example>',
      ],
      ['250 2.0.0 OK: queued as <202611020900.12345678901@relay.bulk.example>', '<202611020900.12345678901@relay.bulk.example>'],
      ['250 2.0.0 OK 9f0c4c1e-4a55-4d7c-8d0a-2f1f5f3f9a77', '<9f0c4c1e-4a55-4d7c-8d0a-2f1f5f3f9a77@mtasv.example>'],
      ['250 OK 0100018ABCDEF-1234', '<0100018abcdef-1234@bulk.example>'],
      ['250 OK 11529215046068469760', '<11529215046068469760@bulk.example>'],
      ['250 Message accepted (id: "7c9e66791f0a")', '<7c9e66791f0a@bulk.example>'],
    ] as const)
      expect(isNamed(reply, id), `${reply} ${id}`).to.equal(true);
  });

  it('are none where the reply says nothing, repeats our own id, or speaks of addresses, hosts, times and sizes', () => {
    for (const reply of [
      '250 Great success',
      '250 2.0.0 Ok',
      '250 2.6.0 <sent-1@company.example> Queued mail for delivery',
      '250 2.6.0 <SENT-1@company.example> Queued',
      '250 Ok: sent-1 queued',
      '250 Ok: SENT-1@relay.example queued',
      '250 ok 1699000000 qp 12345',
      '250 2.0.0 OK 20261102090002 2026-11-02 09:00:02',
      '250 Mail for <bob.miller2@far.example> taken by mx2.bulk.example from 192.168.100.100',
      '451 4.3.0 8pMdFZ3ORx6n1hNQ7d5UHA',
      'Delivered 8pMdFZ3ORx6n1hNQ7d5UHA',
    ])
      expect(assignedNames(reply, OWN, ADDRESSES), reply).to.deep.equal([]);
  });

  it('are few of a reply, however long it is, and never what a Message-ID of ours could be taken for', () => {
    expect(
      assignedNames(`250 ${Array.from({ length: 500 }, (_, number) => `id-number-${number}`).join(' ')}`, OWN, ADDRESSES),
    ).to.have.length(4);
    expect(namesOfAssigned(OWN)).to.deep.equal([]);
    for (const id of ['<0100018abcdef-1234-000000@x>', '<assigned 0100@x>']) expect(namesOfAssigned(id)).to.not.include(id);
  });
});

describe('what a letter is known by', () => {
  it('is to whom and about what, without the words that programs put in front of an answer', () => {
    const sent = letterName('olga@far.example', 'Offer  for you');
    for (const subject of [
      'Re: Offer for you',
      'AW: WG: offer for  you',
      'RE[2]: Offer for you',
      'Antw.: Offer for you',
      'Ответ: Offer for you',
      '回复：Offer for you',
    ])
      expect(letterName('Olga@far.example', subject), subject).to.equal(sent);
    expect(letterName('olga@far.example', 'Offer for me')).to.not.equal(sent);
    expect(letterName('oleg@far.example', 'Offer for you')).to.not.equal(sent);
    for (const subject of ['', '  ', 'Re: ', 'Re:']) expect(letterName('olga@far.example', subject), subject).to.equal(undefined);
  });
});
