import type { Pool } from '../store/database.ts';

/** From now on the database refuses a commit of the fold after which less is published than before, which ends the fold. */
export async function refuseToPublishLess(pool: Pool): Promise<void> {
  await pool.query(`
    CREATE FUNCTION refuse_to_publish_less() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      RAISE 'published through %, after % before', NEW.published_time, OLD.published_time;
    END $$;
    CREATE TRIGGER refuse_to_publish_less BEFORE UPDATE ON fold FOR EACH ROW
      WHEN (NEW.published_time < OLD.published_time AND NEW.lineage = OLD.lineage)
      EXECUTE FUNCTION refuse_to_publish_less()`);
}
