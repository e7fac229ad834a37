// The packages that all servers of a store share. Beside each its digest is sealed as a secret: whoever can write into the database, and has no key, cannot bring
// code into the host of a server whose administrator trusts the plugin.
import { PostroomError } from '@postroom/sdk';
import type { Documents, SecretStore } from '@postroom/sdk/services';
import { PACKAGES, type PluginPackage, packageDocument, packageName, pluginOf, readPackage } from './packageDocument.js';

export interface StoredPackage extends PluginPackage {
  /** Of its document. */
  readonly stored: string;
}

export class SharedPackages {
  constructor(
    private readonly documents: Documents,
    private readonly secrets: Pick<SecretStore, 'getSecret' | 'setSecret' | 'removeSecret' | 'refresh'>,
  ) {}

  /** Of which plugins there are packages. */
  async plugins(): Promise<readonly string[]> {
    return (await this.documents.list(PACKAGES)).flatMap((name) => pluginOf(name) ?? []);
  }

  /** Names the version of the document; `undefined` where there is none. */
  stored(plugin: string): Promise<string | undefined> {
    return this.documents.version(packageName(plugin));
  }

  /** Rejects with `plugin/package` where it is damaged. */
  async get(plugin: string): Promise<StoredPackage | undefined> {
    const found = await this.documents.get(packageName(plugin));
    return found && { ...readPackage(plugin, found.octets), stored: found.version };
  }

  /** In the place of the document that `replaces` names. Answers the new one; rejects with `plugin/conflict`, and nothing is changed. */
  async put(added: PluginPackage, replaces: string | undefined): Promise<string> {
    await this.#approve(added);
    const put = await this.documents.put(packageName(added.plugin), packageDocument(added), replaces).catch(async (error: unknown) => {
      // Its answer may have been lost alone.
      const there = await this.get(added.plugin).catch(() => undefined);
      if (there?.sha256 !== added.sha256 || there.stored === replaces) throw error;
      return { version: there.stored };
    });
    if (put !== 'conflict') return put.version;
    throw conflict(added.plugin);
  }

  /** Rejects with `plugin/conflict` where another one is there by now. */
  async remove(plugin: string, stored: string, sha256: string | undefined): Promise<void> {
    if ((await this.documents.remove(packageName(plugin), stored)) === 'conflict') throw conflict(plugin);
    if (sha256 !== undefined) await this.forget({ plugin, sha256 });
  }

  /** Another package has taken its place. What can't be removed now does no harm: it names what somebody with the key has added. */
  async forget(former: Pick<PluginPackage, 'plugin' | 'sha256'>): Promise<void> {
    await this.secrets.removeSecret(approvalOf(former)).catch(() => undefined);
  }

  /** Whether somebody with the key has added it. Rejects with `secrets/unreadable` where this server does not have the key. */
  async isApproved(found: PluginPackage): Promise<boolean> {
    await this.secrets.refresh();
    return (await this.secrets.getSecret(approvalOf(found))) === found.sha256;
  }

  /** A server without the key adds plugins that no administrator trusts, which all servers run. */
  async #approve(added: PluginPackage): Promise<void> {
    try {
      const path = approvalOf(added);
      if ((await this.secrets.getSecret(path)) !== added.sha256) await this.secrets.setSecret(path, added.sha256);
    } catch (error) {
      if (!(error instanceof PostroomError) || error.code !== 'secrets/unreadable') throw error;
    }
  }
}

/** Where the digest is sealed: of each package in a place of its own, so that package and digest fit whoever wrote which of them last. */
function approvalOf({ plugin, sha256 }: Pick<PluginPackage, 'plugin' | 'sha256'>): string {
  return `plugins.package.${plugin}.${sha256.slice(0, 16)}`;
}

function conflict(plugin: string): PostroomError {
  return new PostroomError(
    'plugin/conflict',
    `Another server has installed or removed ${plugin} at this moment, and that counts. Look at what is there ("postroom plugins list --all"), and try again.`,
    { plugin },
  );
}
