// The page: built files with names that change with their content, and one HTML file for every address of the manager.
import path from 'node:path';
import files from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

export async function addPageRoutes(app: FastifyInstance, webFolder: string): Promise<void> {
  await app.register(files, {
    root: path.join(webFolder, 'assets'),
    prefix: '/assets/',
    immutable: true,
    maxAge: YEAR_MS,
    preCompressed: true,
    decorateReply: true,
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
