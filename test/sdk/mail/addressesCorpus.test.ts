// Real mail: nothing throws, and our reading of From, To and Cc agrees with mailparser's but for the cases listed here with the reason.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { domainToASCII } from 'node:url';
import { type Header, parseAddresses, readHeader, valueOctets } from '@postroom/sdk/mail';
import { expect } from 'chai';
import { type AddressObject, type EmailAddress, simpleParser } from 'mailparser';
import { octetsInCrlfForm } from '#core/mail/lineEnds.js';

const CORPUS = process.env.POSTROOM_CORPUS ?? join(process.cwd(), '..', 'shared', 'corpus');

/** Where we read something else than mailparser, by reason. */
const DISAGREEMENTS: Readonly<Record<string, readonly string[]>> = {
  'the field stands twice: we read all (70), mailparser reads one': [
    'rspamd-functional/phish_sender.eml from',
    'rspamd-functional/phish_sender3.eml from',
    'apache-spamassassin-t/t/data/spam/008.eml from',
  ],
  'a byte order mark stands before the field: we pass it over': [
    'hmailserver/RegressionTests/Messages/MessageContainingGreekAndJapanese.txt.eml from',
  ],
  'folded before its colon it is no field: we pass it over, mailparser reads it': [
    'rspamd-functional/phish_sender2.eml from',
    'rspamd-functional/phish_sender4.eml from',
  ],
  'bare words or a colon before the address inside the brackets: no address (63)': [
    'spamassassin/easy-ham-2/01325.d94c9e1cca235f9f1bcecf469954490f.eml to',
    'spamassassin/spam-1/00351.fd1b8a6cd42e81125fb38c2660cd9317.eml to',
    'spamassassin/spam-2/00019.86ce6f6c2e9f4ae0415860fecdf055db.eml to',
    'spamassassin/spam-2/00047.3c90d41f59137916d6b80e6f8e16ccba.eml to',
    'spamassassin/spam-2/00055.0b668beca14ab545bd39f17dbe20775c.eml to',
    'spamassassin/spam-2/00103.3fb0c1ebdfc0eb5952bf0f57e635c270.eml to',
    'spamassassin/spam-2/00119.010f7f583440f966e427436c31738466.eml to',
    'spamassassin/spam-2/00123.18a793261cf7719497e17412345945d6.eml to',
    'spamassassin/spam-2/00131.faf572e5916abbdb3d6ee9671339e047.eml to',
    'spamassassin/spam-2/00139.cee7452bc16a8e26ea1ad841321c95ce.eml to',
    'spamassassin/spam-2/00143.95e60a4160434f341761931c65844a38.eml to',
    'spamassassin/spam-2/01135.0a652f28eb7e06830ca75be5d2f41eaa.eml to',
    'mikel-mail/emails/error_emails/missing_body.eml to',
  ],
  'text is glued to the address: no address (63)': [
    'spamassassin/spam-2/00528.a7b02c9abd9fb303615a956bbc4af548.eml to',
    'spamassassin/spam-2/00343.c84d94ad804925c271bb15b979e11dc7.eml to',
    'mikel-mail/emails/plain_emails/raw_email_multiple_from.eml from',
    'mikel-mail/emails/plain_emails/raw_email_multiple_from.eml to',
  ],
  'a domain literal where a local part belongs': ['spamassassin/spam-2/00135.9996d6845094dcec94b55eb1a828c7c4.eml from'],
  'an address stands before a colon, where a group name belongs: we keep it': [
    'spamassassin/spam-2/00557.01f1bd4d6e5236e78268f10a498c4aba.eml from',
  ],
  'an encoded-word as local part is not decoded (38)': [
    'spamassassin/spam-1/00263.13fc73e09ae15e0023bdb13d0a010f2d.eml from',
    'spamassassin/spam-1/00263.13fc73e09ae15e0023bdb13d0a010f2d.eml to',
    'spamassassin/spam-1/00323.9e36bf05304c99f2133a4c03c49533a9.eml from',
    'spamassassin/spam-1/00323.9e36bf05304c99f2133a4c03c49533a9.eml to',
  ],
  'obsolete white space and comments inside the domain (66)': [
    'mikel-mail/emails/rfc2822/example11.eml to',
    'mikel-mail/emails/rfc2822/example13.eml from',
  ],
};

type Field = 'from' | 'to' | 'cc';
const FIELDS: readonly Field[] = ['from', 'to', 'cc'];

function mailFiles(): readonly string[] {
  return readdirSync(CORPUS, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'INDEX.tsv' && entry.name !== 'MANIFEST.md')
    .map((entry) => join(entry.parentPath, entry.name));
}

function ours(header: Header, field: Field): string {
  const addresses = header.all(field).flatMap((one) => parseAddresses(valueOctets(one)));
  return comparable(addresses.filter((address) => address.domain !== '').map((address) => `${address.local}@${address.domain}`));
}

function theirs(value: AddressObject | readonly AddressObject[] | undefined): string {
  const objects = value === undefined ? [] : 'value' in value ? [value] : value;
  const members = (address: EmailAddress): readonly EmailAddress[] => address.group?.flatMap(members) ?? [address];
  const addresses = objects.flatMap((object) => object.value.flatMap(members)).map((address) => address.address ?? '');
  return comparable(addresses.filter((address) => address.includes('@')));
}

/** As a set, without quotes, in lower case and A-labels: how an international domain is spelled is no disagreement (68). */
function comparable(addresses: readonly string[]): string {
  const plain = addresses.map((address) => {
    const at = address.lastIndexOf('@');
    const domain = address.slice(at + 1).toLowerCase();
    return `${address.slice(0, at).toLowerCase().replaceAll('"', '')}@${domainToASCII(domain) || domain}`;
  });
  return [...new Set(plain)].sort().join(' ');
}

describe('addresses of real mail', function () {
  this.timeout(120_000);

  before(function () {
    if (existsSync(CORPUS)) return;
    console.warn(`      Skipped: there is no mail corpus at ${CORPUS}. Set POSTROOM_CORPUS to its folder.`);
    this.skip();
  });

  it('are read without a throw, in every field of every message', () => {
    const files = mailFiles();
    expect(files.length).to.be.greaterThan(1000);
    for (const file of files) {
      for (const field of readHeader(octetsInCrlfForm(readFileSync(file))).fields) {
        expect(field.value).to.be.a('string');
        expect(parseAddresses(valueOctets(field))).to.be.an('array');
      }
    }
  });

  it('agree with mailparser but for the listed cases', async () => {
    const found: string[] = [];
    for (const file of mailFiles()) {
      const octets = octetsInCrlfForm(readFileSync(file));
      const header = readHeader(octets);
      const mail = await simpleParser(Buffer.concat([octets.subarray(0, header.size), Buffer.from('\r\n')]), { skipTextToHtml: true });
      for (const field of FIELDS) {
        if (ours(header, field) !== theirs(mail[field])) found.push(`${relative(CORPUS, file)} ${field}`);
      }
    }
    expect(found.sort()).to.deep.equal(Object.values(DISAGREEMENTS).flat().sort());
  });
});
