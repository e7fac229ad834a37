// Ports as people type them into their programs.
import type { OpenPort } from '@postroom/sdk';
import { hostAndPort, managerAddress } from '@postroom/sdk/base';
import { expect } from 'chai';

const WEB: OpenPort = { protocol: 'http', host: '127.0.0.1', port: 8080, security: 'plain' };
const MAIL: OpenPort = { protocol: 'pop3', host: '127.0.0.1', port: 110, security: 'starttls' };

describe('the address of a port', () => {
  it('is its host and its number, with brackets round an address that has colons itself', () => {
    expect(hostAndPort({ host: '127.0.0.1', port: 110 })).to.equal('127.0.0.1:110');
    expect(hostAndPort({ host: '::', port: 110 })).to.equal('[::]:110');
  });

  it('is a link where the manager is served, and none where it is not or could not open', () => {
    expect(managerAddress([MAIL, WEB])).to.equal('http://127.0.0.1:8080/');
    expect(managerAddress([{ ...WEB, host: '::1', security: 'tls' }])).to.equal('https://[::1]:8080/');
    expect(managerAddress([MAIL])).to.equal(undefined);
    expect(managerAddress([{ ...WEB, problem: 'It is taken.' }])).to.equal(undefined);
  });
});
