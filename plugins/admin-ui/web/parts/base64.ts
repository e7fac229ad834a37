// Octets in base64, as commands take files.

export function base64(octets: Uint8Array): string {
  let text = '';
  for (let start = 0; start < octets.length; start += 32_768) text += String.fromCharCode(...octets.subarray(start, start + 32_768));
  return btoa(text);
}

export async function fileInBase64(file: File): Promise<string> {
  return base64(new Uint8Array(await file.arrayBuffer()));
}
