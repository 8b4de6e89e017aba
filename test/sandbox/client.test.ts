// Mattermost's own client library works against the stand-in as it is.
import { Client4, WebSocketClient } from '@mattermost/client'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createStage, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await createStage()
})
afterAll(() => stage.stop())

const emptyCommand = {
  id: '',
  token: '',
  create_at: 0,
  update_at: 0,
  delete_at: 0,
  creator_id: '',
  username: '',
  icon_url: '',
  auto_complete: false,
  auto_complete_desc: '',
  auto_complete_hint: '',
  display_name: '',
  description: '',
}

function clientOf(token: string): Client4 {
  const client = new Client4()
  client.setUrl(stage.url)
  client.setToken(token)
  return client
}

describe('Client4', () => {
  it('logs somebody in by password and carries the token on', async () => {
    const client = clientOf('')
    const user = await client.login(stage.sandbox.adminUsername, stage.sandbox.adminPassword)
    expect(user.username).toBe(stage.sandbox.adminUsername)
    expect((await client.getMe()).id).toBe(user.id)
  })

  it('reads who, where and what', async () => {
    const client = clientOf(stage.bot.token)
    expect((await client.ping(false)).status).toBe('OK')
    expect((await client.getMyTeams()).map((team) => team.id)).toEqual([stage.team.id])
    expect((await client.getMyChannels(stage.team.id)).map((channel) => channel.id)).toContain(stage.pub.id)
    expect((await client.getChannelByName(stage.team.id, stage.pub.name)).id).toBe(stage.pub.id)
    expect((await client.getProfilesByUsernames([stage.alice.name]))[0]?.id).toBe(stage.alice.id)
    expect((await client.getMyChannelMember(stage.pub.id)).user_id).toBe(stage.bot.id)
    expect((await client.getClientConfig()).Version).toBe('11.6.0')
  })

  it('posts, edits, reacts, pins, reads back and deletes', async () => {
    const client = clientOf(stage.bot.token)
    const post = await client.createPost({ channel_id: stage.pub.id, message: 'by the library' })
    await client.patchPost({ id: post.id, message: 'edited' })
    await client.addReaction(stage.bot.id, post.id, 'eyes')
    await client.pinPost(post.id)
    const read = await client.getPost(post.id)
    expect([read.message, read.is_pinned, read.metadata.reactions?.[0]?.emoji_name]).toEqual(['edited', true, 'eyes'])
    expect((await client.getPosts(stage.pub.id)).order[0]).toBe(post.id)
    expect((await client.getPostsSince(stage.pub.id, post.create_at)).order).toContain(post.id)
    await client.deletePost(post.id)
    await expect(client.getPost(post.id)).rejects.toMatchObject({
      status_code: 404,
      server_error_id: 'app.post.get.app_error',
    })
  })

  it('sends a file along', async () => {
    const client = clientOf(stage.bot.token)
    const form = new FormData()
    form.append('channel_id', stage.pub.id)
    form.append('files', new Blob(['a,b\n']), 'r.csv')
    const uploaded = await client.uploadFile(form)
    const file = uploaded.file_infos[0]?.id ?? ''
    const post = await client.createPost({ channel_id: stage.pub.id, message: '', file_ids: [file] })
    expect(post.metadata.files?.map((one) => one.name)).toEqual(['r.csv'])
  })

  it('makes a command, runs it, and presses a button', async () => {
    const admin = clientOf(stage.sandbox.adminToken)
    const ear = stage.listener.ear({ body: { text: 'done' } })
    await admin.addCommand({
      ...emptyCommand,
      team_id: stage.team.id,
      trigger: 'library',
      method: 'P',
      url: ear.url,
    })
    const alice = clientOf(stage.alice.token)
    const ran = await alice.executeCommand('/library now', { channel_id: stage.pub.id, team_id: stage.team.id })
    expect(ran.text).toBe('done')
    const button = stage.listener.ear({ body: {} })
    const actions = [{ id: 'b', name: 'B', integration: { url: button.url, context: { n: 1 } } }]
    const post = await clientOf(stage.bot.token).createPost({
      channel_id: stage.pub.id,
      message: 'card',
      props: { attachments: [{ actions }] },
    })
    await alice.doPostAction(post.id, 'b')
    expect(JSON.parse(button.last().body)).toMatchObject({ user_id: stage.alice.id, context: { n: 1 } })
  })
})

describe('WebSocketClient', () => {
  it('authenticates by challenge, hears posts and closes', async () => {
    vi.spyOn(console, 'log').mockImplementation(() => undefined)
    const socket = new WebSocketClient()
    const heard = new Promise<string>((resolve) => {
      socket.addMessageListener((message) => {
        if (message.event === 'posted') resolve(JSON.stringify(message.data))
      })
    })
    const connected = new Promise<void>((resolve) => socket.addFirstConnectListener(resolve))
    socket.initialize(`${stage.url.replace('http', 'ws')}/api/v4/websocket`, stage.bot.token)
    await connected
    await new Promise<void>((resolve) => socket.ping(() => resolve()))
    await stage.alice.post('/posts', { channel_id: stage.pub.id, message: 'to the library' })
    expect(await heard).toContain('to the library')
    socket.close()
  })
})
