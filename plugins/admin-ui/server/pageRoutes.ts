// The page: built files with names that change with their content, and one HTML file for every address of the manager.
import path from 'node:path';
import files from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { PageFiles } from './pageFiles.js';

/** Names change with the content. */
const FOR_EVER = 'public, max-age=31536000, immutable';

export async function addPageRoutes(app: FastifyInstance, webFolder: string): Promise<void> {
  // For the two small files below; these fit into what a connection takes at once.
  await app.register(files, { root: webFolder, serve: false });
  const assets = new PageFiles(path.join(webFolder, 'assets'));
  app.get<{ Params: { name: string } }>('/assets/:name', async (request, reply) => {
    const file = await assets.file(request.params.name, takesGzip(request.headers['accept-encoding']));
    if (file === undefined) return reply.callNotFound();
    if (file.isPacked) void reply.header('content-encoding', 'gzip');
    return reply.header('cache-control', FOR_EVER).header('vary', 'accept-encoding').type(file.type).send(file.octets);
  });
  app.get('/icon.svg', (_request, reply) => reply.sendFile('icon.svg', webFolder));
  app.setNotFoundHandler((request, reply) => {
    const isPage = request.method === 'GET' && !request.url.startsWith('/api/') && !request.url.startsWith('/assets/');
    if (isPage) {
      return reply.sendFile('index.html', webFolder, { cacheControl: false, immutable: false }).header('cache-control', 'no-cache');
    }
    return reply.code(404).send({
      error: { code: 'http/404', message: `There is nothing at ${request.url.slice(0, 200)}. /api/openapi.json describes the API.` },
    });
  });
}

function takesGzip(accepted: string | undefined): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(accepted ?? '');
}
