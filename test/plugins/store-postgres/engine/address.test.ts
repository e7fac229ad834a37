import { expect } from 'chai';
import { placeOf, readAddress } from '#plugins/store-postgres/dist/engine/address.js';
import { fromPasswordFile } from '#plugins/store-postgres/dist/engine/password.js';

const read = (url: string, environment: Record<string, string> = {}) => readAddress({ url }, environment);

describe('The address of a database', () => {
  it('says host, port, user, database and TLS', () => {
    expect(read('postgres://postroom@db.office.example:5433/mail?sslmode=verify-ca&sslrootcert=/etc/ca.pem')).to.deep.equal({
      hosts: [{ host: 'db.office.example', port: 5433 }],
      database: 'mail',
      user: 'postroom',
      password: undefined,
      passwordFile: undefined,
      tls: 'verify-ca',
      rootCertificate: '/etc/ca.pem',
    });
  });

  it("leaves to PostgreSQL's own environment what it does not say", () => {
    const environment = { PGHOST: '192.0.2.7', PGPORT: '6000', PGUSER: 'lisa', PGDATABASE: 'office', PGSSLMODE: 'require' };
    expect(readAddress({}, environment)).to.deep.include({
      hosts: [{ host: '192.0.2.7', port: 6000 }],
      user: 'lisa',
      database: 'office',
      tls: 'require',
    });
    expect(read('postgres://andrew@db/mail?sslmode=disable', environment)).to.deep.include({
      hosts: [{ host: 'db', port: 6000 }],
      user: 'andrew',
      database: 'mail',
      tls: 'disable',
    });
  });

  it('may name several hosts, a socket, IPv6, and a password with signs', () => {
    const { hosts, password } = read('postgres://u:a%40b%3Ac@a:1,[2001:db8::1]:2,%2Frun%2Fpostgresql/d');
    expect(hosts.map(placeOf)).to.deep.equal(['a:1', '[2001:db8::1]:2', '/run/postgresql/.s.PGSQL.5432']);
    expect(password).to.equal('a@b:c');
  });

  it('trusts a network only with a certificate that fits, and this machine without', () => {
    expect(read('postgres://u@db/d').tls).to.equal('verify-full');
    expect(read('postgres://u@127.0.0.1/d').tls).to.equal('disable');
    expect(read('postgres://u@127.0.0.1,db/d').tls).to.equal('verify-full');
  });

  it('is refused with a sentence that shows no password', () => {
    for (const url of [
      'mysql://u:secret@db/d',
      'postgres://u:secret@db:0/d',
      'postgres://u:secret@db/d?sslmode=prefer',
      'postgres://u:secret@db/d?ssl=true',
      'postgres://u:se%zz@db/d',
    ]) {
      expect(() => read(url), url)
        .to.throw(/An address is like postgres:/)
        .that.includes({ code: 'settings/invalid' })
        .and.has.property('message')
        .that.does.not.match(/secret|se%zz/);
    }
  });
});

describe("PostgreSQL's password file", () => {
  const text = '# host:port:database:user:password\ndb:5432:other:u:no\n*:5432:d:u:with\\:colon\\\\\nlocalhost:*:*:*:socket\n';
  const of = (host: string, database = 'd') => fromPasswordFile(text, { database, user: 'u' }, { host, port: 5432 });

  it('gives the password of the first line that fits', () => {
    expect([of('db'), of('db', 'other'), of('/run/postgresql', 'x'), of('db', 'x')]).to.deep.equal([
      'with:colon\\',
      'no',
      'socket',
      undefined,
    ]);
  });
});
