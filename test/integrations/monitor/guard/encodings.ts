// Ways to write an address so that a careless reader lets it pass (threats T14; OWASP, "SSRF prevention"): each as the host of a
// URL. Those of IPv6 also carry the address for gateways to unwrap.

/** Spellings of an IPv4 address as the host of a URL. */
export function spellings(ipv4: string): readonly string[] {
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split('.').map(Number)
  const whole = ((a * 256 + b) * 256 + c) * 256 + d
  const hex = (value: number) => value.toString(16)
  const high = hex(a * 256 + b)
  const low = hex(c * 256 + d)
  const dotted = (write: (part: number) => string) => [a, b, c, d].map(write).join('.')
  const turned = `${hex((a * 256 + b) ^ 0xffff)}:${hex((c * 256 + d) ^ 0xffff)}`
  const wide = (text: string) => text.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))
  const circled = (text: string) =>
    text.replace(/\d/g, (digit) => String.fromCodePoint(digit === '0' ? 0x24ea : 0x245f + Number(digit)))
  return [
    ipv4,
    `${ipv4}.`,
    String(whole),
    `0x${hex(whole)}`,
    `0X${hex(whole).toUpperCase()}`,
    `0${whole.toString(8)}`,
    `0000${whole.toString(8)}`,
    dotted((part) => `0x${hex(part)}`),
    dotted((part) => `0${part.toString(8)}`),
    dotted((part) => `000${part.toString(8)}`),
    `0x${hex(a)}.${b}.0${c.toString(8)}.${d}`,
    `${a}.${b}.${c * 256 + d}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    `0x${hex(a)}.${(b * 256 + c) * 256 + d}`,
    [...ipv4].map((sign) => `%${hex(sign.charCodeAt(0))}`).join(''),
    ipv4.replaceAll('.', '%2e'),
    wide(ipv4),
    circled(ipv4),
    ipv4.replaceAll('.', '。'),
    ipv4.replaceAll('.', '．'),
    `[::ffff:${ipv4}]`,
    `[::ffff:${high}:${low}]`,
    `[0:0:0:0:0:ffff:${high}:${low}]`,
    `[0000:0000:0000:0000:0000:FFFF:${ipv4}]`,
    `[::${ipv4}]`,
    `[::ffff:0:${ipv4}]`,
    `[64:ff9b::${ipv4}]`,
    `[64:ff9b::${high}:${low}]`,
    `[64:ff9b:1::${ipv4}]`,
    `[64:ff9b:1:${high}:${hex(c)}:${hex(d * 256)}::]`,
    `[2002:${high}:${low}::1]`,
    `[2001:0:${high}:${low}::1]`,
    `[2001:0:102:304::${turned}]`,
    `[fe80::5efe:${ipv4}]`,
    `[2001:470::5efe:${ipv4}]`,
  ]
}

export const loopbackIpv6 = ['[::1]', '[0:0:0:0:0:0:0:1]', '[0000::0001]', '[::0001]', '[0::1]', '[::0.0.0.1]']

export const unspecified = [
  '0.0.0.0',
  '0',
  '0x0',
  '00',
  '0.0',
  '[::]',
  '[0::0]',
  '[::ffff:0.0.0.0]',
  '[64:ff9b::0.0.0.0]',
]

export const loopbackNames = [
  'localhost',
  'LOCALHOST',
  'localhost.',
  'LocalHost.',
  'a.localhost',
  'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
  '%6cocalhost',
]

/** URLs that read as one host and lead to another. */
export function tricks(host: string, port: number): readonly string[] {
  return [
    `http://user@${host}:${port}/`,
    `http://user:word@${host}:${port}/`,
    `http://@${host}:${port}/`,
    `http://example.org@${host}:${port}/`,
    `http://example.org:80@${host}:${port}/`,
    `http://example.org%2f@${host}:${port}/`,
    `http://${host}:${port}\\@example.org/`,
    `http:\\\\${host}:${port}/`,
    `http:/${host}:${port}/`,
    `http:${host}:${port}/`,
    `http:///${host}:${port}/`,
    `http://${host}:${port}#@example.org/`,
    `http://${host}:${port}?@example.org/`,
    `http://\t${host}:${port}/`,
    `ht\ntp://${host}:${port}/`,
    ` http://${host}:${port}/`,
    `HTTP://${host}:${port}/`,
    `https://${host}:${port}/`,
  ]
}
