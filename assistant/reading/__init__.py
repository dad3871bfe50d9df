"""Language models at work: the small one as fast as it goes, large ones in this process or behind a server, and how sure a reading is."""
