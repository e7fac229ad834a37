import { type OpenPort, PostroomError } from '@postroom/sdk';
import { Listeners } from '@postroom/sdk/base';
import type { Certificates } from '@postroom/sdk/services';
import { expect } from 'chai';
import { Ports } from '#core/plugins/contributions/ports.js';
import { openWithCertificate } from '#core/service/lateCertificate.js';

describe('A certificate that comes late', () => {
  const changed = new Listeners<void>();
  let missing: PostroomError | undefined;
  let told: string[];
  let doors: Ports;
  const certificates = {
    current: () => {
      if (missing !== undefined) throw missing;
      return {};
    },
    onDidChange: (listener: () => void) => changed.add(listener),
  } as unknown as Certificates;

  /** A door of some ports; those with TLS need the certificate. */
  function add(plugin: string, ports: readonly OpenPort[]): void {
    doors.add(plugin, {
      name: plugin,
      start: async () => {
        told.push(`open ${plugin}`);
        return ports.map((port) => (port.security === 'plain' || missing === undefined ? port : { ...port, problem: missing.message }));
      },
      stop: async () => void told.push(`close ${plugin}`),
    });
  }
  const port = (security: OpenPort['security']): OpenPort => ({ protocol: 'pop3', host: '::', port: 1, security });

  beforeEach(async () => {
    missing = new PostroomError('data/missing', 'There is none.');
    told = [];
    doors = new Ports(() => undefined);
    add('mail', [port('plain'), port('tls')]);
    add('plain', [port('plain'), { ...port('plain'), problem: 'In use.' }]);
    doors.begin();
  });

  it('opens the ports that need it, once, and disturbs no others', async () => {
    const waiting = openWithCertificate(certificates, doors);
    await doors.settle(true);
    expect(doors.ports.map(({ security, problem }) => [security, problem])).to.deep.include(['tls', 'There is none.']);
    missing = undefined;
    changed.fire();
    await doors.settle(true);
    await doors.settle(true);
    expect(told).to.deep.equal(['open mail', 'open plain', 'close mail', 'open mail']);
    expect(doors.ports.filter(({ problem }) => problem !== undefined).map(({ plugin }) => plugin)).to.deep.equal(['plain']);
    changed.fire();
    await doors.settle(true);
    expect(told).to.have.length(4);
    expect(changed.size).to.equal(0);
    await waiting.dispose();
  });

  it('is not waited for where there is one, nor by a server that ends', async () => {
    await openWithCertificate(certificates, doors).dispose();
    missing = undefined;
    openWithCertificate(certificates, doors);
    expect(changed.size).to.equal(0);
  });
});
