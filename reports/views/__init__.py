"""The doors: public pages, editions, packs, and the composed pages of those who sign in."""
