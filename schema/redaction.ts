const urls = /\b(https?|wss?|postgres(?:ql)?):\/\/[^\s"'`<>\\]+/gi;
const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * `text` without what URLs keep secret: user names, passwords, queries, and the paths in which providers put API keys.
 * Scheme, host and port remain; so do paths of this machine and the names of databases.
 */
export function redactUrls(text: string): string {
  return text.replace(urls, (url, scheme: string) => {
    let parsed: URL;
    try {
      parsed = new URL(url);
    } catch {
      return `${scheme}://***`;
    }
    const user = parsed.username || parsed.password ? '***@' : '';
    const keepsPath = /^postgres/i.test(scheme) || loopback.test(parsed.hostname);
    const path = keepsPath || parsed.pathname === '/' ? parsed.pathname : '/***';
    return `${parsed.protocol}//${user}${parsed.host}${path === '/' ? '' : path}${parsed.search || parsed.hash ? '?***' : ''}`;
  });
}
