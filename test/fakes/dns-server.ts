// A name server on loopback: answers A, AAAA and a few others over UDP as a test says (RFC 1035), and counts who asked for what.

import { createSocket } from 'node:dgram'
import { once } from 'node:events'

export type DnsRecord = 'A' | 'AAAA' | 'CNAME' | 'MX' | 'TXT' | 'CAA'

/** Answers, an error, or silence. */
export type DnsAnswer = readonly string[] | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED' | 'silence'

export interface DnsServer {
  /** `127.0.0.1:5353` */
  readonly address: string
  /** `A example.org`, in the order they came. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

const types: Readonly<Record<number, DnsRecord>> = { 1: 'A', 28: 'AAAA', 5: 'CNAME', 15: 'MX', 16: 'TXT', 257: 'CAA' }
const errors: Readonly<Record<string, number>> = { SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 }

export async function startDnsServer(answer: (name: string, record: DnsRecord) => DnsAnswer): Promise<DnsServer> {
  const asked: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    const { name, end } = readName(query)
    const record = types[query.readUInt16BE(end)]
    asked.push(`${record ?? query.readUInt16BE(end)} ${name}`)
    const given = record === undefined ? [] : answer(name, record)
    if (given === 'silence') return
    const records = typeof given === 'string' ? [] : given.map((text) => resource(record ?? 'A', text))
    const header = Buffer.alloc(12)
    header.writeUInt16BE(query.readUInt16BE(0), 0)
    header.writeUInt16BE(0x8180 | (typeof given === 'string' ? (errors[given] ?? 0) : 0), 2)
    header.writeUInt16BE(1, 4)
    header.writeUInt16BE(records.length, 6)
    socket.send(Buffer.concat([header, query.subarray(12, end + 4), ...records]), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    async close() {
      const closed = once(socket, 'close')
      socket.close()
      await closed
    },
  }
}

/** The name asked for, and where it ends. */
function readName(query: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = []
  let at = 12
  for (let size = query[at] ?? 0; size > 0; size = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + size))
    at += size + 1
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 }
}

/** With a time to live of 0, so that nobody may keep it. */
function resource(record: DnsRecord, text: string): Buffer {
  const data = dataOf(record, text)
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0xc00c, 0)
  head.writeUInt16BE(Number(Object.keys(types).find((type) => types[Number(type)] === record)), 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}

function dataOf(record: DnsRecord, text: string): Buffer {
  const name = (dotted: string) =>
    Buffer.from(
      `${dotted
        .split('.')
        .map((label) => `${String.fromCharCode(label.length)}${label}`)
        .join('')}\0`,
      'latin1',
    )
  switch (record) {
    case 'A':
      return Buffer.from(text.split('.').map(Number))
    case 'AAAA':
      return Buffer.from(groups(text).flatMap((group) => [group >> 8, group & 0xff]))
    case 'CNAME':
      return name(text)
    case 'MX': {
      const [priority = '0', exchange = ''] = text.split(' ')
      return Buffer.concat([Buffer.from([0, Number(priority)]), name(exchange)])
    }
    case 'TXT':
      return Buffer.from(`${String.fromCharCode(text.length)}${text}`, 'latin1')
    case 'CAA': {
      const [tag = '', value = ''] = text.split(' ')
      return Buffer.from(`\0${String.fromCharCode(tag.length)}${tag}${value}`, 'latin1')
    }
  }
}

function groups(ipv6: string): number[] {
  const [left = '', right = ''] = ipv6.split('::')
  const read = (half: string) => (half === '' ? [] : half.split(':').map((group) => Number.parseInt(group, 16)))
  const zeros = Array.from({ length: 8 - read(left).length - read(right).length }, () => 0)
  return [...read(left), ...zeros, ...read(right)]
}
