// What the program understands.

import { describe, expect, it } from 'vitest'
import { parseCommandLine } from '../../../src/server/command-line.ts'

const DEFAULTS = { host: '127.0.0.1', port: 8000, region: undefined, credentials: undefined }

function parse(line: string, environment: Readonly<Record<string, string>> = {}): ReturnType<typeof parseCommandLine> {
  return parseCommandLine(line.split(' ').filter(Boolean), environment)
}

describe('the command line', () => {
  it('serves on the usual port of this machine alone', () => {
    expect(parse('serve')).toEqual({ kind: 'serve', options: DEFAULTS })
  })

  it('takes a port, a host and a region', () => {
    expect(parse('serve --port 0 --host=0.0.0.0 --region eu-central-1')).toEqual({
      kind: 'serve',
      options: { ...DEFAULTS, port: 0, host: '0.0.0.0', region: 'eu-central-1' },
    })
  })

  it('takes a key from its options, else from the environment', () => {
    const environment = { TIDETABLE_ACCESS_KEY_ID: 'a', TIDETABLE_SECRET_ACCESS_KEY: 'b' }
    expect(parse('serve', environment)).toEqual({
      kind: 'serve',
      options: { ...DEFAULTS, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
    })
    expect(parse('serve --access-key-id c --secret-access-key d', environment)).toEqual({
      kind: 'serve',
      options: { ...DEFAULTS, credentials: { accessKeyId: 'c', secretAccessKey: 'd' } },
    })
  })

  it.each(['--help', '-h', 'serve --help'])('helps with %s', (line) => {
    expect(parse(line)).toEqual({ kind: 'help' })
  })

  it('tells its version', () => {
    expect(parse('--version')).toEqual({ kind: 'version' })
  })

  it.each([
    ['', 'Expected the command serve or sync-setup, got none.'],
    ['start', 'Expected the command serve or sync-setup, got start.'],
    ['serve now', 'Expected the command serve or sync-setup, got serve now.'],
    ['serve --port http', '--port is a whole number from 0 to 65535, not http.'],
    ['serve --port 65536', '--port is a whole number from 0 to 65535, not 65536.'],
    ['serve --access-key-id a', 'An access key id and a secret access key belong together: give both or none.'],
  ])('refuses %j', (line, message) => {
    expect(parse(line)).toEqual({ kind: 'mistake', message })
  })

  describe('setting up replication', () => {
    const environment = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }

    it('names the region, the tables and the companion table', () => {
      const line = 'sync-setup --region eu-central-1 --table notes --table tags --companion logs --endpoint http://here'
      expect(parse(line, { ...environment, AWS_SESSION_TOKEN: 'c' })).toEqual({
        kind: 'sync-setup',
        options: {
          region: 'eu-central-1',
          endpoint: 'http://here',
          credentials: { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' },
          companionTable: 'logs',
          tables: ['notes', 'tags'],
        },
      })
    })

    it('needs a region and credentials', () => {
      expect([parse('sync-setup', environment), parse('sync-setup --region r')]).toEqual([
        { kind: 'mistake', message: 'sync-setup needs --region, or AWS_REGION.' },
        { kind: 'mistake', message: 'sync-setup needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.' },
      ])
      expect(parse('sync-setup', { ...environment, AWS_REGION: 'r' })).toMatchObject({
        options: { region: 'r', endpoint: undefined, companionTable: 'tidetable_sync', tables: [] },
      })
    })
  })

  it('refuses options that it does not know', () => {
    expect(parse('serve --verbose')).toMatchObject({
      kind: 'mistake',
      message: expect.stringContaining("Unknown option '--verbose'") as string,
    })
  })
})
