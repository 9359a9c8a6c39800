// The page with two devices: finds their cloud, switches them on, and joins the panels.

import { findCloud } from './harbour/cloud.ts'
import { type Device, openDevice } from './harbour/device.ts'
import { startCloudPanel } from './ui/cloud-panel.ts'
import { createDevicePanel, type DevicePanel } from './ui/device-panel.ts'
import { errorText } from './ui/error-text.ts'
import { pageElement } from './ui/page-element.ts'
import { createTryoutPanel } from './ui/tryout-panel.ts'

const panels = [
  ['office', createDevicePanel(pageElement('office', HTMLElement), 'Harbour office')],
  ['boat', createDevicePanel(pageElement('boat', HTMLElement), 'Pilot boat')],
] as const
const tryout = createTryoutPanel(showError)

await start().catch(showError)

async function start(): Promise<void> {
  const cloud = await findCloud()
  startCloudPanel(cloud)
  const open = async (id: string, panel: DevicePanel): Promise<Device> => {
    let lastReachedMs = 0
    const device = await openDevice({
      databaseName: `tidetable-demo-${cloud.kind}-${id}`,
      remote: cloud.remote,
      onChange(state) {
        panel.show(state)
        tryout.show()
        const { lastPullAtMs = 0, lastPushAtMs = 0 } = state.status
        const reachedMs = Math.max(lastPullAtMs, lastPushAtMs)
        if (reachedMs > lastReachedMs) cloud.lookAgain()
        lastReachedMs = reachedMs
      },
      onFailure: (error) => panel.showError(error),
    })
    panel.connect(device)
    return device
  }
  const [[officeId, office], [boatId, boat]] = panels
  tryout.connect(await Promise.all([open(officeId, office), open(boatId, boat)]))
}

function showError(error: unknown): void {
  const notice = pageElement('page-notice', HTMLParagraphElement)
  notice.textContent = errorText(error)
  notice.hidden = false
}
