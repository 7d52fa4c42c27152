# Node 24 on Debian. Nothing here depends on the processor: the same file builds for amd64 and arm64.
FROM node:24-trixie-slim AS build
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
# The development dependencies, and with them the copy of Node that a checkout brings along, stay out.
RUN npm ci --omit=dev --no-audit
COPY LICENSE ./
COPY config ./config
COPY docker ./docker
COPY plugins ./plugins
COPY src ./src
# Whatever the rights in the checkout were: everybody may read, nobody but root may write.
RUN chmod -R u=rwX,go=rX . && chmod 755 docker/entrypoint.sh docker/passerelle

FROM node:24-trixie-slim
LABEL org.opencontainers.image.title="Passerelle" \
      org.opencontainers.image.description="Puts the folders of a 1fichier account into Jellyfin, Emby, Kodi and Plex as if they were local, and mirrors nothing" \
      org.opencontainers.image.version="0.2.0" \
      org.opencontainers.image.licenses="MIT"
# One arena of the C library's memory: what is freed in one thread is there for the others (bench: a fifth less a viewer).
ENV NODE_ENV=production \
    MALLOC_ARENA_MAX=1 \
    PASSERELLE_DATA_DIR=/data \
    PASSERELLE_LIBRARY_DIR=/library
WORKDIR /app
COPY --from=build /app /app
RUN ln -s /app/docker/passerelle /usr/local/bin/passerelle \
    && mkdir /data /library \
    && chown node:node /data /library
VOLUME ["/data", "/library"]
EXPOSE 8790
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["node", "/app/docker/healthcheck.js"]
# Starts as root and gives it up for PUID:PGID (1000:1000) before the first line of Passerelle runs.
ENTRYPOINT ["/app/docker/entrypoint.sh"]
# A small space for young objects: 30 MB less memory, and no film or redirect is slower for it (bench).
CMD ["node", "--max-semi-space-size=4", "/app/src/start.js", "serve"]
