# Vigie as an image: Node 26, no build step, an ordinary user, a root that may be read-only; only /data is written to.
FROM node:26-slim

WORKDIR /app
COPY package.json package-lock.json ./
# Without install scripts: the only one fetches a Node of its own, which this image is already.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force

COPY bin bin
COPY src src
COPY assets assets
COPY docker docker
COPY manifest.json LICENSE ./

# Mattermost's own uid, so that its local-mode socket may be opened.
RUN mkdir /data && chown 2000:2000 /data
USER 2000:2000
WORKDIR /data
VOLUME /data

ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8090 \
    DATABASE_URL=sqlite:/data/vigie.db \
    BACKUP_PATH=/data/backup
EXPOSE 8090
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s CMD ["node", "/app/docker/healthcheck.mjs"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/app/docker/entrypoint.sh"]
CMD ["start"]
