// Statuses and failure reasons of pipelines, jobs and deployments, in words. The names are GitLab's (`Ci::HasStatus`,
// `CommitStatus.failure_reasons`); one we do not know is told as GitLab wrote it.

import type { Said } from '../../../text/locale.ts'
import { colors } from './common.ts'

export const statuses: Readonly<Record<string, Said>> = {
  created: { fr: 'créé', en: 'created' },
  waiting_for_resource: { fr: 'en attente d’une ressource', en: 'waiting for a resource' },
  waiting_for_callback: { fr: 'en attente d’un rappel', en: 'waiting for a callback' },
  preparing: { fr: 'en préparation', en: 'preparing' },
  pending: { fr: 'en attente', en: 'pending' },
  running: { fr: 'en cours', en: 'running' },
  success: { fr: 'réussi', en: 'passed' },
  failed: { fr: 'en échec', en: 'failed' },
  canceling: { fr: 'en cours d’annulation', en: 'being canceled' },
  canceled: { fr: 'annulé', en: 'canceled' },
  skipped: { fr: 'ignoré', en: 'skipped' },
  manual: { fr: 'en attente d’une action manuelle', en: 'waiting for a manual action' },
  scheduled: { fr: 'planifié', en: 'scheduled' },
  blocked: { fr: 'en attente d’une approbation', en: 'waiting for an approval' },
}

export const failureReasons: Readonly<Record<string, Said>> = {
  script_failure: { fr: 'échec du script', en: 'script failed' },
  api_failure: { fr: 'échec de l’API', en: 'API failed' },
  stuck_or_timeout_failure: { fr: 'bloqué ou trop long', en: 'stuck or timed out' },
  job_execution_timeout: { fr: 'délai dépassé', en: 'timed out' },
  runner_system_failure: { fr: 'panne du runner', en: 'runner system failure' },
  missing_dependency_failure: { fr: 'dépendance absente', en: 'missing dependency' },
  runner_unsupported: { fr: 'runner incompatible', en: 'runner not supported' },
  stale_schedule: { fr: 'planification périmée', en: 'stale schedule' },
  archived_failure: { fr: 'projet archivé', en: 'archived project' },
  unmet_prerequisites: { fr: 'prérequis manquants', en: 'unmet prerequisites' },
  scheduler_failure: { fr: 'panne du planificateur', en: 'scheduler failure' },
  data_integrity_failure: { fr: 'données incohérentes', en: 'data integrity failure' },
  forward_deployment_failure: { fr: 'déploiement dépassé par un plus récent', en: 'outdated by a newer deployment' },
  user_blocked: { fr: 'auteur bloqué', en: 'user blocked' },
  project_deleted: { fr: 'projet supprimé', en: 'project deleted' },
  ci_quota_exceeded: { fr: 'quota épuisé', en: 'quota exceeded' },
  no_matching_runner: { fr: 'aucun runner ne convient', en: 'no matching runner' },
  upstream_bridge_project_not_found: { fr: 'projet amont introuvable', en: 'upstream project not found' },
  downstream_pipeline_creation_failed: { fr: 'pipeline aval impossible', en: 'downstream pipeline failed' },
  environment_creation_failure: { fr: 'environnement impossible', en: 'environment could not be created' },
  deployment_rejected: { fr: 'déploiement refusé', en: 'deployment rejected' },
}

/** Statuses after which nothing more happens by itself. */
export const concluded: readonly string[] = ['success', 'failed']

export function statusColor(status: string | undefined): string {
  if (status === 'failed') return colors.bad
  if (status === 'success') return colors.good
  if (status === 'running' || status === 'blocked' || status === 'manual') return colors.changed
  return colors.other
}
